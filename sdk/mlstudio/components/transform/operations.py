"""The functions of Apply Math Operation, on arrays of floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlstudio.components.core.libraries import np, special

Call = Callable[..., Any]


def _factorial(values: Any, double: bool = False) -> Any:
    whole = (values >= 0) & (values == np.floor(values)) & (values < 301)
    rounded = np.where(whole, values, 0).astype(int)
    return np.where(whole, special.factorial2(rounded) if double else special.factorial(rounded), np.nan)


def _root(values: Any, degree: Any) -> Any:
    odd = (np.abs(degree) % 2 == 1) & (values < 0)
    return np.where(odd, -np.power(np.abs(values), 1 / degree), np.power(values, 1 / degree))


def _digits(rounding: Call) -> Call:
    def call(values: Any, digits: Any) -> Any:
        factor = np.power(10.0, np.trunc(digits))
        return rounding(values * factor) / factor

    return call


def _away(values: Any) -> Any:
    return np.sign(values) * np.ceil(np.abs(values))


def _half_up(values: Any) -> Any:
    """Round halves away from zero, as people do, not to the even neighbour."""
    return np.sign(values) * np.floor(np.abs(values) + 0.5)


def _power2(values: Any) -> Any:
    return np.where(values > 0, np.exp2(np.ceil(np.log2(np.where(values > 0, values, 1)))), 0.0)


def _trigonometric() -> dict[str, Call]:
    functions: dict[str, Call] = {
        "Sin": lambda x: np.sin(x),
        "Cos": lambda x: np.cos(x),
        "Tan": lambda x: np.tan(x),
        "Cot": lambda x: 1 / np.tan(x),
        "Sec": lambda x: 1 / np.cos(x),
        "Csc": lambda x: 1 / np.sin(x),
    }
    inverse: dict[str, Call] = {
        "Asin": lambda x: np.arcsin(x),
        "Acos": lambda x: np.arccos(x),
        "Atan": lambda x: np.arctan(x),
        "Acot": lambda x: np.arctan(1 / x),
        "Asec": lambda x: np.arccos(1 / x),
        "Acsc": lambda x: np.arcsin(1 / x),
    }
    hyperbolic: dict[str, Call] = {
        "Sinh": lambda x: np.sinh(x),
        "Cosh": lambda x: np.cosh(x),
        "Tanh": lambda x: np.tanh(x),
        "Coth": lambda x: 1 / np.tanh(x),
        "Sech": lambda x: 1 / np.cosh(x),
        "Csch": lambda x: 1 / np.sinh(x),
        "Asinh": lambda x: np.arcsinh(x),
        "Acosh": lambda x: np.arccosh(x),
        "Atanh": lambda x: np.arctanh(x),
        "Acoth": lambda x: np.arctanh(1 / x),
        "Asech": lambda x: np.arccosh(1 / x),
        "Acsch": lambda x: np.arcsinh(1 / x),
    }
    degrees = {f"{name}Degree": _of_degrees(call) for name, call in functions.items()}
    in_degrees = {f"{name}Degree": _in_degrees(call) for name, call in inverse.items()}
    others: dict[str, Call] = {
        "DegreesToRadians": lambda x: np.deg2rad(x),
        "RadiansToDegrees": lambda x: np.rad2deg(x),
        "Sinc": lambda x: np.sinc(x / np.pi),
    }
    return {**functions, **degrees, **inverse, **in_degrees, **hyperbolic, **others}


def _of_degrees(call: Call) -> Call:
    return lambda x: call(np.deg2rad(x))


def _in_degrees(call: Call) -> Call:
    return lambda x: np.rad2deg(call(x))


GROUPS: dict[str, dict[str, Call]] = {
    "Basic": {
        "Abs": lambda x: np.abs(x),
        "Atan2": lambda x, y: np.arctan2(x, y),
        "Conj": lambda x: np.conj(x),
        "CubeRoot": lambda x: np.cbrt(x),
        "DoubleFactorial": lambda x: _factorial(x, double=True),
        "Eps": lambda x: np.spacing(np.abs(x)),
        "Exp": lambda x: np.exp(x),
        "Exp2": lambda x: np.exp2(x),
        "ExpMinus1": lambda x: np.expm1(x),
        "Factorial": lambda x: _factorial(x),
        "Hypotenuse": lambda x, y: np.hypot(x, y),
        "Ln": lambda x: np.log(x),
        "LnPlus1": lambda x: np.log1p(x),
        "Log": lambda x, base: np.log(x) / np.log(base),
        "Log10": lambda x: np.log10(x),
        "Log2": lambda x: np.log2(x),
        "NthRoot": _root,
        "Pow": lambda x, y: np.power(x, y),
        "Sqrt": lambda x: np.sqrt(x),
        "SqrtPi": lambda x: np.sqrt(x * np.pi),
        "Square": lambda x: np.square(x),
    },
    "Compare": {
        "EqualTo": lambda x, y: x == y,
        "GreaterThan": lambda x, y: x > y,
        "GreaterThanOrEqualTo": lambda x, y: x >= y,
        "LessThan": lambda x, y: x < y,
        "LessThanOrEqualTo": lambda x, y: x <= y,
        "NotEqualTo": lambda x, y: x != y,
        "PairMax": lambda x, y: np.maximum(x, y),
        "PairMin": lambda x, y: np.minimum(x, y),
    },
    "Operations": {
        "Add": lambda x, y: x + y,
        "Divide": lambda x, y: x / y,
        "Multiply": lambda x, y: x * y,
        "Subtract": lambda x, y: x - y,
    },
    "Rounding": {
        "Ceiling": lambda x: np.ceil(x),
        "CeilingPower2": _power2,
        "Floor": lambda x: np.floor(x),
        "Mod": lambda x, y: np.mod(x, y),
        "Quotient": lambda x, y: np.floor_divide(x, y),
        "Remainder": lambda x, y: np.fmod(x, y),
        "RoundDigits": _digits(_half_up),
        "RoundDown": _digits(lambda x: np.floor(x)),
        "RoundUp": _digits(lambda x: np.ceil(x)),
        "ToEven": lambda x: 2 * _half_up(x / 2),
        "ToOdd": lambda x: 2 * np.floor(x / 2) + 1,
        "Truncate": _digits(lambda x: np.trunc(x)),
    },
    "Special": {
        "Beta": lambda x, y: special.beta(x, y),
        "BetaLn": lambda x, y: special.betaln(x, y),
        "EllipticIntegralE": lambda x: special.ellipe(x),
        "EllipticIntegralK": lambda x: special.ellipk(x),
        "Erf": lambda x: special.erf(x),
        "Erfc": lambda x: special.erfc(x),
        "ErfcScaled": lambda x: special.erfcx(x),
        "ErfInverse": lambda x: special.erfinv(x),
        "ExponentialIntegralEin": lambda x: special.exp1(x) + np.log(x) + np.euler_gamma,
        "Gamma": lambda x: special.gamma(x),
        "GammaLn": lambda x: special.gammaln(x),
        "GammaRegularizedP": lambda x, y: special.gammainc(x, y),
        "GammaRegularizedPInverse": lambda x, y: special.gammaincinv(x, y),
        "GammaRegularizedQ": lambda x, y: special.gammaincc(x, y),
        "GammaRegularizedQInverse": lambda x, y: special.gammainccinv(x, y),
        "PolyGamma": lambda x, y: special.polygamma(np.trunc(y).astype(int) if hasattr(y, "astype") else int(y), x),
    },
    "Trigonometric": _trigonometric(),
}  # fmt: skip
BINARY = {
    "Atan2", "Hypotenuse", "Log", "NthRoot", "Pow", *GROUPS["Compare"], *GROUPS["Operations"], "Mod", "Quotient", "Remainder",
    "RoundDigits", "RoundDown", "RoundUp", "Truncate", "Beta", "BetaLn", "GammaRegularizedP", "GammaRegularizedPInverse",
    "GammaRegularizedQ", "GammaRegularizedQInverse", "PolyGamma",
}  # fmt: skip
TRUTHS = set(GROUPS["Compare"]) - {"PairMax", "PairMin"}
SHOWN = {"EqualTo": "Equals", "NotEqualTo": "NotEquals"}
CALLS: dict[str, Call] = {name: call for group in GROUPS.values() for name, call in group.items()}
