"""What can be wrong with the data or parameters of a component: numbered as the classic designer numbers it."""

from __future__ import annotations

TITLES = {
    1: "Column not found",
    2: "Parameter not understood",
    3: "Input is missing or empty",
    8: "Parameter out of range",
    11: "No column selected",
    13: "Wrong kind of learner",
    14: "Too many different values",
    16: "Column types do not match",
    17: "Column has the wrong type",
    18: "Invalid data",
    20: "Too few columns",
    21: "Too few rows",
    22: "Wrong number of columns",
    23: "Label column not valid",
    24: "No label column",
    25: "No score column",
    27: "Different sizes",
    28: "Column selected twice",
    29: "Address not valid",
    30: "File could not be downloaded",
    31: "Too few columns selected",
    34: "Several ratings of one item by one user",
    35: "No features of a user or item",
    39: "Calculation failed",
    49: "File could not be read",
    56: "Column not in an allowed category",
    59: "Column range not understood",
    60: "Column range out of bounds",
    61: "Rows of different lengths",
    62: "Results of different kinds of model",
    69: "SQL failed",
    75: "Bins not valid",
    80: "Column has no values",
    81: "Too many dimensions",
    85: "Script failed",
    102: "Zip file could not be read",
    129: "Too many columns",
    134: "Too few labeled rows",
}


class ComponentError(Exception):
    """Something that whoever drew the pipeline can put right.

    Args: code: one of ``TITLES``. message: a sentence that names the column or parameter. hint: what to do about it, a sentence.
        parameter: the name of the parameter that is wrong, or "".
    """

    def __init__(self, code: int, message: str, hint: str = "", parameter: str = "") -> None:
        super().__init__(code, message, hint, parameter)
        self.code = code
        self.message = message
        self.hint = hint
        self.parameter = parameter

    @property
    def title(self) -> str:
        """What kind of error it is."""
        return TITLES[self.code]

    def __str__(self) -> str:
        return " ".join(filter(None, [f"Error {self.code:04d}: {self.message}", self.hint]))

    def as_json(self) -> dict[str, object]:
        """Return it for the pane of the node."""
        return {
            "code": f"{self.code:04d}",
            "title": self.title,
            "message": self.message,
            "hint": self.hint,
            "parameter": self.parameter,
        }
