"""Learners whose prediction is a weighted sum of the features."""

from __future__ import annotations

import warnings
from typing import Any

from mlstudio.components.core.declaring import CLASSIFICATION, Parameter, choice, integer, number, switch, when
from mlstudio.components.core.declaring import REGRESSION as REGRESSION_CATEGORY
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import learn, np, special
from mlstudio.components.core.randomness import state
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import BINARY, MODE, MULTICLASS, REGRESSION, Learner, seed, tunable, value, whole
from mlstudio.components.learn.minimizing import minimize
from mlstudio.components.learn.predictors import Fitted, Linear, Margins, Predictor, Scale

OLS, OGD = "Ordinary Least Squares", "Online Gradient Descent"
NO_DRAW = "the result has one minimum, and nothing is drawn on the way there"


class LinearRegression(Learner):
    """A straight line."""

    name = "linear_regression"
    title = "Linear Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Fits a weighted sum of the features, at once or by gradient descent."
    parameters = (
        choice("solution_method", "Solution method", (OLS, OGD)),
        Parameter(**{**MODE.__dict__, "when": when(solution_method=OGD)}),
        *tunable(number("learning_rate", "Learning rate", 0.1, 1e-9), "0.025; 0.05; 0.1; 0.2"),
        *tunable(integer("epochs", "Number of training epochs", 10, 1), "1; 10; 100"),
        number("l2_weight", "L2 regularization weight", 0.001, 0),
        switch("include_intercept", "Include intercept term", True, when=when(solution_method=OLS)),
        switch("normalize", "Normalize features", True, when=when(solution_method=OGD)),
        switch("decrease", "Decrease learning rate", True, when=when(solution_method=OGD)),
        seed(when=when(solution_method=OGD)),
    )
    left_out = {
        "seed of Ordinary Least Squares": NO_DRAW,
        "L2 weight as a range": "one value is tuned with the others' ranges",
    }

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Solve, or descend."""
        if value(untrained, "solution_method") == OLS:
            ridge = learn("linear_model").Ridge(
                alpha=value(untrained, "l2_weight"), fit_intercept=value(untrained, "include_intercept"), solver="svd"
            )
            ridge.fit(rows, target)
            return Fitted(ridge, facts={"coefficients": ridge.coef_, "intercept": ridge.intercept_})
        prepare = Scale(rows, "gaussian" if value(untrained, "normalize") else "")
        if value(untrained, "normalize"):
            # So that the length of a row, on which it depends whether steps settle, does not grow with the number of features.
            prepare.width = prepare.width * rows.shape[1] ** 0.5
        descent = learn("linear_model").SGDRegressor(
            alpha=value(untrained, "l2_weight"),
            eta0=value(untrained, "learning_rate"),
            max_iter=whole(untrained, "epochs"),
            learning_rate="invscaling" if value(untrained, "decrease") else "constant",
            random_state=state(value(untrained, "seed")),
            tol=None,
        )
        with np.errstate(all="ignore"):
            try:
                descent.fit(prepare(rows), target)
                fits = np.isfinite(descent.coef_).all() and np.abs(descent.predict(prepare(rows))).max() < 1e3 * (
                    np.abs(target).max() + 1
                )
            except ValueError:
                fits = False
        if not fits:
            raise ComponentError(
                39, "The gradient descent did not settle.", "Normalize the features, or lower the learning rate."
            )
        return Fitted(descent, prepare, {"coefficients": descent.coef_, "intercept": descent.intercept_[0]})


def _regularized() -> tuple[Parameter, ...]:
    return (
        MODE,
        *tunable(number("tolerance", "Optimization tolerance", 1e-7, 0), "0.00001; 0.0000001"),
        *tunable(number("l1_weight", "L1 regularization weight", 1, 0), "0.0; 0.01; 0.1; 1.0"),
        *tunable(number("l2_weight", "L2 regularization weight", 1, 0), "0.01; 0.1; 1.0"),
        *tunable(integer("memory", "Memory size for L-BFGS", 20, 1), "5; 20; 50"),
    )


def _minimized(rows: np.ndarray, outputs: int, untrained: Untrained, loss: Any) -> Predictor:
    """Fit weights of standardized features; the intercepts are not regularized.

    Args: loss: of sums of shape (n_rows, n_outputs) gives the loss and its derivative by the sums.
    """
    prepare = Scale(rows)
    scaled = prepare(rows)
    width, l2 = scaled.shape[1], value(untrained, "l2_weight")

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(outputs, width + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            total, slope = loss(scaled @ weights[:, :-1].T + weights[:, -1])
            gradient = np.column_stack([slope.T @ scaled + l2 * weights[:, :-1], slope.sum(axis=0)])
        return total + l2 / 2 * float((weights[:, :-1] ** 2).sum()), gradient.ravel()

    l1 = np.tile(np.append(np.full(width, value(untrained, "l1_weight")), 0.0), outputs)
    start = np.zeros(outputs * (width + 1))
    found = minimize(objective, start, l1, whole(untrained, "memory"), value(untrained, "tolerance")).reshape(
        outputs, width + 1
    )
    return Linear(found[:, :-1], found[:, -1], prepare)


class PoissonRegression(Learner):
    """Counts."""

    name = "poisson_regression"
    title = "Poisson Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Fits the logarithm of a count, such as calls per day. The label must not be negative."
    parameters = _regularized()
    left_out = {"seed": NO_DRAW}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Minimize the deviance."""
        if target.min() < 0:
            hint = "Use another regression, or leave these rows out."
            raise ComponentError(18, f"The label has negative values ({target.min():g}), which are no counts.", hint)

        def loss(sums: np.ndarray) -> tuple[float, np.ndarray]:
            expected = np.exp(sums[:, 0])
            return float((expected - target * sums[:, 0]).sum()), (expected - target)[:, None]

        return _minimized(rows, 1, untrained, loss)


class TwoClassLogisticRegression(Learner):
    """The odds of one of two classes."""

    name = "two_class_logistic_regression"
    title = "Two-Class Logistic Regression"
    category = CLASSIFICATION
    task = BINARY
    help = "Fits the odds of one class against the other, with weights kept small (L2) or at zero (L1)."
    parameters = _regularized()
    left_out = {"seed": NO_DRAW}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Minimize the log loss."""

        def loss(sums: np.ndarray) -> tuple[float, np.ndarray]:
            margin = sums[:, 0]
            return float((np.logaddexp(0, margin) - target * margin).sum()), (special.expit(margin) - target)[:, None]

        return _minimized(rows, 1, untrained, loss)


class MulticlassLogisticRegression(Learner):
    """The odds of several classes."""

    name = "multiclass_logistic_regression"
    title = "Multiclass Logistic Regression"
    category = CLASSIFICATION
    task = MULTICLASS
    help = "Fits the probabilities of all classes together, with weights kept small (L2) or at zero (L1)."
    parameters = _regularized()
    left_out = {"seed": NO_DRAW}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Minimize the log loss."""
        truth = np.eye(int(target.max()) + 1)[target.astype(int)]

        def loss(sums: np.ndarray) -> tuple[float, np.ndarray]:
            return float((special.logsumexp(sums, axis=1) - (truth * sums).sum(axis=1)).sum()), special.softmax(
                sums, axis=1
            ) - truth

        return _minimized(rows, truth.shape[1], untrained, loss)


class TwoClassAveragedPerceptron(Learner):
    """The oldest learner, averaged over its steps."""

    name = "two_class_averaged_perceptron"
    title = "Two-Class Averaged Perceptron"
    category = CLASSIFICATION
    task = BINARY
    help = (
        "Moves a line whenever a row lies on its wrong side, and takes the mean of all its positions. Features are "
        "standardized."
    )
    parameters = (
        MODE,
        *tunable(number("learning_rate", "Learning rate", 1.0, 1e-9), "0.1; 0.5; 1.0"),
        *tunable(integer("iterations", "Maximum number of iterations", 10, 1), "1; 10"),
        seed(),
    )

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Go over the rows."""
        options = {"loss": "perceptron", "penalty": None, "average": True, "learning_rate": "constant"}
        return _descended(rows, target, Scale(rows), untrained, eta0=value(untrained, "learning_rate"), **options)


class TwoClassSupportVectorMachine(Learner):
    """A line with the widest margin."""

    name = "two_class_support_vector_machine"
    title = "Two-Class Support Vector Machine"
    category = CLASSIFICATION
    task = BINARY
    help = "Finds the line between two classes that leaves the widest margin. For wide data; quick."
    parameters = (
        MODE,
        *tunable(integer("iterations", "Number of iterations", 1, 1), "1; 10; 100"),
        *tunable(number("lambda", "Lambda", 0.001, 1e-12), "0.00001; 0.0001; 0.001; 0.01; 0.1"),
        switch("normalize", "Normalize features", True),
        switch("unit_sphere", "Project to the unit-sphere", False),
        seed(),
    )

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Descend along the hinge loss."""
        prepare = Scale(rows, "gaussian" if value(untrained, "normalize") else "", value(untrained, "unit_sphere"))
        return _descended(rows, target, prepare, untrained, loss="hinge", alpha=value(untrained, "lambda"))


def _descended(rows: np.ndarray, target: np.ndarray, prepare: Scale, untrained: Untrained, **options: Any) -> Predictor:
    draw = state(value(untrained, "seed"))
    model = learn("linear_model").SGDClassifier(
        max_iter=whole(untrained, "iterations"), tol=None, random_state=draw, **options
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that did not settle: the number of iterations is the user's choice
        model.fit(prepare(rows), target)
    return Margins(model, prepare, rows, target)
