import GRDB

/// The total and the completed work of a study, in any unit that its trials share.
public struct StudyWork: Sendable, Equatable {
  /// The work of all trials, including those that a sampler has yet to propose; with a pruner, the expected remainder.
  public var total: Double

  /// The work of ended trials; a pruned trial counts with the work done so far.
  public var ended: Double

  public init(total: Double, ended: Double) {
    self.total = total
    self.ended = ended
  }
}

extension StudyStore {
  /// The work of a study, computed from its trials' costs; a trial of unknown cost counts 1.
  public func work(of study: Study) throws -> StudyWork {
    let rows = try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT state, repeat > 0 AS is_repeat, count(*) AS trials, max(epoch_limit) AS epochs,
            sum(coalesce(epoch_cost * epoch_limit, 1)) AS cost,
            sum(CASE WHEN state = 'pruned' THEN
              epoch_cost * (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) END) AS spent
          FROM trial WHERE study_id = ? AND active = 1 GROUP BY state, repeat > 0
          """, arguments: [study.id])
    }
    var (cost, count, ended, repeats) = (0.0, 0, 0.0, 0.0)
    var epochs = 0
    let pruner = study.definition.pruner
    for row in rows {
      let state = TrialState(rawValue: row["state"]) ?? .pending
      let own: Double = row["cost"]
      if state.isEnded {
        ended += state == .pruned && pruner.isHalving ? row["spent"] ?? 0 : own
      }
      guard row["is_repeat"] == false else {
        repeats += own
        continue
      }
      cost += own
      count += row["trials"]
      epochs = max(epochs, row["epochs"] ?? 0)
    }
    if study.definition.sampler == .tpe, let limit = study.definition.trialLimit, count > 0, limit > count {
      cost *= Double(limit) / Double(count)
    }
    let total = cost * pruner.expectedShare(epochs: epochs) + repeats
    return StudyWork(total: max(total, ended), ended: ended)
  }
}
