"""Optuna's fANOVA of two functions, in the trials of Tests/TunerTests/Statistics/ForestImportanceTests.swift."""

import math
import statistics
import warnings

import optuna
from optuna.distributions import FloatDistribution
from optuna.importance import FanovaImportanceEvaluator

MASK = (1 << 64) - 1
INCREMENT = 0x9E3779B97F4A7C15
TRIALS = 200
SEEDS = 5


class SplitMix64:
    """The generator of Sources/Tuner/Randomness/SplitMix64.swift."""

    def __init__(self, key):
        self.state = self.mix(INCREMENT) ^ self.mix((key + INCREMENT) & MASK)

    @staticmethod
    def mix(value):
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return value ^ (value >> 31)

    def uniform(self):
        self.state = (self.state + INCREMENT) & MASK
        return (self.mix(self.state) >> 11) * 2.0**-53


WAVES = {name: FloatDistribution(0, 1) for name in ("x", "y", "z")}


def waves(generator):
    x, y, z = (generator.uniform() for _ in range(3))
    return {"x": x, "y": y, "z": z}, math.sin(2 * math.pi * x) * (0.5 + y) + z


# Optuna's fANOVA takes a logarithmic range as even in the value, and gives the ends of a range of integers half a weight. So it is
# given the exponent, and integers as the middles of equal parts.
NETWORK = {
    "exponent": FloatDistribution(-5, -1),
    "dropout": FloatDistribution(0, 0.6),
    "layers": FloatDistribution(0.5, 4.5),
}


def network(generator):
    exponent = -5 + 4 * generator.uniform()
    dropout = 0.6 * generator.uniform()
    layers = 1 + int(4 * generator.uniform())
    value = math.exp(-((exponent + 3) ** 2) / 2) * (0.5 + 0.1 * layers) - 0.3 * dropout
    return {"exponent": exponent, "dropout": dropout, "layers": layers}, value


def importances(distributions, function):
    study = optuna.create_study(direction="maximize")
    generator = SplitMix64(1)
    for _ in range(TRIALS):
        params, value = function(generator)
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=value))
    results = [
        optuna.importance.get_param_importances(
            study, evaluator=FanovaImportanceEvaluator(seed=seed), params=list(distributions), normalize=False
        )
        for seed in range(SEEDS)
    ]
    return {name: statistics.mean(result[name] for result in results) for name in distributions}


warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.WARNING)
print(f"Optuna {optuna.__version__}, fANOVA of {TRIALS} trials, mean of {SEEDS} seeds")
for name, distributions, function in (("waves", WAVES, waves), ("network", NETWORK, network)):
    shares = importances(distributions, function)
    print(name, ", ".join(f"{parameter} {share:.4f}" for parameter, share in shares.items()))
