"""What components say of themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mlstudio
from mlstudio.components import Component, components, declaration
from mlstudio.components.core.checking import check_parameters
from mlstudio.components.core.declaring import CATEGORIES, PORT_TYPES
from mlstudio.components.tabulating import MISSING, PLACE, table

CLASSIC = """
Enter Data Manually; Import Data; Export Data; Add Columns; Add Rows; Apply Math Operation; Apply SQL Transformation;
Clean Missing Data; Clip Values; Convert to CSV; Convert to Dataset; Convert to Indicator Values; Edit Metadata; Group
Data into Bins; Join Data; Normalize Data; Partition and Sample; Remove Duplicate Rows; SMOTE; Select Columns in
Dataset; Select Columns Transform; Split Data; Filter Based Feature Selection; Permutation Feature Importance;
Summarize Data; Linear Regression; Boosted Decision Tree Regression; Two-Class Boosted Decision Tree; Multiclass
Boosted Decision Tree; Decision Forest Regression; Two-Class Decision Forest; Multiclass Decision Forest; Fast Forest
Quantile Regression; Neural Network Regression; Two-Class Neural Network; Multiclass Neural Network; Poisson
Regression; Two-Class Logistic Regression; Multiclass Logistic Regression; Two-Class Averaged Perceptron; Two-Class
Support Vector Machine; One-vs-All Multiclass; One-vs-One Multiclass; K-Means Clustering; PCA-Based Anomaly Detection;
Train Model; Train Clustering Model; Train Anomaly Detection Model; Train PyTorch Model; Tune Model Hyperparameters;
Score Model; Evaluate Model; Cross Validate Model; Apply Transformation; Assign Data to Clusters; Score Image Model;
Execute Python Script; Execute R Script; Create Python Model; Preprocess Text; Extract N-Gram Features from Text;
Feature Hashing; Convert Word to Vector; Latent Dirichlet Allocation; Train Vowpal Wabbit Model; Score Vowpal Wabbit
Model; Convert to Image Directory; Split Image Directory; Init Image Transformation; Apply Image Transformation;
DenseNet; ResNet; Train SVD Recommender; Score SVD Recommender; Train Wide & Deep Recommender; Score Wide and Deep
Recommender; Evaluate Recommender; Web Service Input; Web Service Output
"""
EVERY = list(components().values())


def test_every_classic_component_is_here_or_has_a_reason():
    classic = [" ".join(title.split()) for title in CLASSIC.split(";")]
    assert len(classic) == 79
    assert sorted([component.title for component in EVERY] + list(MISSING)) == sorted(classic)


def test_the_table_says_what_the_code_says():
    assert PLACE.read_text("utf-8") == table(), "Write it again: python -m mlstudio.components.tabulating"


@pytest.mark.parametrize("component", EVERY, ids=lambda component: component.name)
def test_a_declaration_is_sound(component: Component):
    assert component.category in CATEGORIES
    assert component.help.endswith(".")
    ports = {port.name for port in component.inputs}
    assert all(port.type in PORT_TYPES for port in (*component.inputs, *component.outputs))
    names = [parameter.name for parameter in component.parameters]
    assert len(names) == len(set(names))
    for parameter in component.parameters:
        assert {name for name, _ in parameter.when} <= set(names)
        assert parameter.port in ports | {""}
        assert parameter.kind != "choice" or parameter.default in parameter.choices
    json.dumps(declaration(component))


@pytest.mark.parametrize("component", EVERY, ids=lambda component: component.name)
def test_defaults_are_values_that_can_be_given(component: Component):
    values, wrong = check_parameters(component, {})
    missing = {parameter.name for parameter in component.parameters if parameter.required and parameter.default is None}
    assert {error.parameter for error in wrong} <= missing
    assert not missing & {name for name, value in values.items() if value is not None}


def test_declarations_need_the_standard_library_alone():
    code = "from mlstudio.components import components; print(len(components()))"
    path = str(Path(mlstudio.__file__).parent.parent)
    found = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(found.stdout) == len(EVERY)
