"""Learn a straight line from noisy points by gradient descent, and log how it goes.

Open the tabs Metrics and Outputs + logs while it runs.
"""

import argparse
import json
import os
import random
import time

from mlstudio import Run

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--rate", type=float, default=0.1)
options = parser.parse_args()

run = Run.get_context()
random.seed(7)
points = [(x / 50, 3 * x / 50 - 1 + random.gauss(0, 0.2)) for x in range(100)]
slope, offset = 0.0, 0.0

for epoch in range(options.epochs):
    gaps = [(slope * x + offset - y, x) for x, y in points]
    slope -= options.rate * sum(2 * gap * x for gap, x in gaps) / len(points)
    offset -= options.rate * sum(2 * gap for gap, _ in gaps) / len(points)
    loss = sum(gap * gap for gap, _ in gaps) / len(points)
    run.log("loss", loss, step=epoch)
    run.log("slope", slope, step=epoch)
    print(f"epoch {epoch + 1}/{options.epochs}  loss {loss:.4f}  y = {slope:.3f} x + {offset:.3f}")
    time.sleep(0.25)  # so that there is something to watch

os.makedirs("outputs", exist_ok=True)
with open("outputs/model.json", "w") as file:
    json.dump({"slope": slope, "offset": offset}, file)
print("The model is in outputs/model.json.")
