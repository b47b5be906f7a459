import Model
import Tuner

/// The metric by which an ensemble is chosen.
struct EnsembleMetric {
  /// What has to be known of rankings for this metric alone.
  let evaluation: EvaluationConfiguration
  let direction: Direction

  private let name: String

  /// `nil` if the metric is not a function of a rank up to a cut-off.
  private let rankMetric: RankMetric?
  private let measures: RankingMeasures

  /// - Parameter name: A metric such as `ndcg@10`.
  /// - Parameter evaluation: That of the study.
  /// - Returns: `nil` if the configuration does not measure it.
  init?(_ name: String, _ evaluation: EvaluationConfiguration, _ dataset: SequenceDataset) {
    guard
      let metric = evaluation.metrics.first(where: { name == $0.rawValue || name.hasPrefix("\($0.rawValue)@") }),
      evaluation.metricNames.contains(name)
    else { return nil }
    var own = evaluation
    own.metrics = [metric]
    // Sets are compared by values as exact as they are.
    own.metricDecimalPlaces = 15
    (self.name, self.evaluation, direction) = (name, own, Direction(ofMetric: name))
    rankMetric = RankMetric(name)
    measures = RankingMeasures(own, dataset)
  }

  /// The metric of all users; NaN without users.
  func value(of rankings: Rankings) -> Double {
    guard let rankMetric else { return measures.metrics(of: rankings)?[name] ?? .nan }
    // The mean over samples, whose users do not matter.
    return rankMetric.values(of: UserRanks(rankings.ranks.map { UInt16(clamping: $0) })).mean
  }

  /// An ensemble beside a single trial, user by user where the metric has a value for each user.
  ///
  /// - Parameter samples: Those whose held-out items are ranked.
  func comparison(
    split: String, _ samples: [Sample], ensemble: Rankings, single: Rankings
  ) -> EnsembleDocument.Comparison {
    let (ensembleRanks, singleRanks) = (UserRanks(ensemble.ranks, of: samples), UserRanks(single.ranks, of: samples))
    if let rankMetric { return .init(split: split, rankMetric, ensemble: ensembleRanks, single: singleRanks) }
    guard WholeMetric(name) == .gauc else {
      return .init(split: split, of: singleRanks, ensemble: value(of: ensemble), single: value(of: single))
    }
    let areas = [ensemble, single].map { measures.areasUnderCurve(of: $0) }
    // Rankings without other items are missing in both.
    let counted = samples.indices.filter { areas[0][$0] != nil }
    let users = UserRanks(counted.map { single.ranks[$0] }, of: counted.map { samples[$0] })
    let values = areas.map { areas in users.byUser(counted.compactMap { areas[$0] }) }
    return .init(
      split: split, ensemble: values[0], single: values[1], of: users, largest: 1, areSame: ensemble == single)
  }
}
