/// An ensemble of a study's trials beside the study's best trial, for programs.
package struct EnsembleDocument: Encodable, Sendable {
  /// A trial of the ensemble, in the order in which it was chosen.
  package struct Member: Encodable, Sendable {
    package let trial: Int

    /// The trial that this one repeats, and its seed; `nil` for a trial with the study's own seed.
    package let repeats, seed: Int?

    /// The study's metric on the validation samples: of this trial alone, and of the ensemble up to this trial.
    package let alone, together: Double

    package init(trial: Int, repeats: Int?, seed: Int?, alone: Double, together: Double) {
      (self.trial, self.repeats, self.seed) = (trial, repeats, seed)
      (self.alone, self.together) = (alone, together)
    }
  }

  /// The ensemble and the best trial over the same users.
  package struct Comparison: Encodable, Sendable {
    package let split: String

    /// The number of held-out items, if it is not that of users.
    package let samples: Int?

    /// The number of users.
    package let users: Int

    /// For how many users each is better; `nil` if the metric has no value for each user.
    package let ensembleBetter, singleBetter, equal: Int?
    package let single, ensemble: Double

    /// The ensemble's value minus the best trial's.
    package let difference: Double

    /// The difference's 95 % interval and p-value; `nil` if the metric has no value for each user.
    package let low, high, pValue: Double?

    /// - Parameters:
    ///   - ensemble: The ranks of the held-out items.
    ///   - single: The same for the best trial, of the same users.
    package init(split: String, _ metric: RankMetric, ensemble: UserRanks, single: UserRanks) {
      self.init(
        split: split, ensemble: metric.values(of: ensemble), single: metric.values(of: single), of: ensemble,
        largest: metric.largest, areSame: ensemble == single)
    }

    /// - Parameters:
    ///   - ensemble: The metric of each user, as `RankMetric.values` has it.
    ///   - single: The same for the best trial, in the same order.
    ///   - ranks: Those of the same users.
    ///   - largest: The largest value that a held-out item can have.
    ///   - areSame: Whether the ensemble is the best trial.
    package init(
      split: String, ensemble: [Double], single: [Double], of ranks: UserRanks, largest: Double, areSame: Bool
    ) {
      let comparison = PairedComparison(ensemble, single, weights: ranks.weights, largest: largest, seed: 0)
      self.split = split
      (users, samples) = (ensemble.count, ranks.sampleCount)
      (ensembleBetter, singleBetter, equal) = (comparison.better, comparison.worse, comparison.equal)
      (self.single, self.ensemble, difference) = (single.mean, ensemble.mean, comparison.difference)
      // One trial does not differ from itself for any user.
      let interval = areSame ? ConfidenceInterval(low: 0, high: 0) : comparison.interval
      (low, high, pValue) = (interval.low, interval.high, comparison.pValue)
    }

    /// A metric of all users together.
    package init(split: String, of ranks: UserRanks, ensemble: Double, single: Double) {
      (self.split, users, samples) = (split, ranks.userCount, ranks.sampleCount)
      (ensembleBetter, singleBetter, equal) = (nil, nil, nil)
      (self.single, self.ensemble, difference) = (single, ensemble, ensemble - single)
      (low, high, pValue) = (nil, nil, nil)
    }
  }

  /// What an answer to a user costs.
  package struct Cost: Encodable, Sendable {
    package let networks, parameters: Int

    /// Floating-point operations for a user: the mean over the held-out items of the last split that has any.
    package let operationsPerUser: Double

    package init(networks: Int, parameters: Int, operationsPerUser: Double) {
      (self.networks, self.parameters, self.operationsPerUser) = (networks, parameters, operationsPerUser)
    }
  }

  /// The study, its metric, and where the candidates come from: `trials` or `repeats`.
  package let study, metric, from: String

  /// The value of `repeatable` in whose ranking was chosen, if reports state it.
  package let repeatable: Bool?

  /// What is to be said of the ranking; not in the JSON.
  package let ranking: String?

  /// The number of trials from which was chosen.
  package let candidates: Int

  /// The study's best trial.
  package let best: Int
  package let members: [Member]
  package let comparisons: [Comparison]
  package let single, ensemble: Cost

  /// The folder with the members' weights; `nil` if they were not written.
  package let folder: String?

  private enum CodingKeys: CodingKey {
    case study, metric, from, repeatable, candidates, best, members, comparisons, single, ensemble, folder
  }

  package init(
    study: String, metric: String, _ ranking: RankingChoice, from: String, candidates: Int, best: Int,
    members: [Member],
    comparisons: [Comparison], single: Cost, ensemble: Cost, folder: String?
  ) {
    (self.study, self.metric, self.from, self.candidates, self.best) = (study, metric, from, candidates, best)
    repeatable = ranking.isStated ? ranking.isRepeatable : nil
    self.ranking = ranking.statement
    (self.members, self.comparisons) = (members, comparisons)
    (self.single, self.ensemble, self.folder) = (single, ensemble, folder)
  }
}
