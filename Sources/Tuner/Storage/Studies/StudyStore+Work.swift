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

extension StudyWork {
  /// The trials of a study in one state, with the study's seed or with others.
  struct Group {
    let state: TrialState
    let isRepeat: Bool
    let trials: Int

    /// The largest number of epochs of a trial.
    let epochs: Int

    /// The cost of the trials up to their last epoch.
    let cost: Double

    /// The cost of what pruned trials have done; `nil` if it is unknown.
    let spent: Double?
  }

  /// The work of a study with these trials.
  init(_ groups: [Group], _ definition: StudyDefinition) {
    let pruner = definition.pruner
    let ended = groups.filter(\.state.isEnded).reduce(0) { sum, group in
      sum + (group.state == .pruned && pruner.isHalving ? group.spent ?? 0 : group.cost)
    }
    let originals = groups.filter { !$0.isRepeat }
    let count = originals.reduce(0) { $0 + $1.trials }
    var cost = originals.reduce(0) { $0 + $1.cost }
    if definition.sampler == .tpe, let limit = definition.trialLimit, count > 0, limit > count {
      cost *= Double(limit) / Double(count)
    }
    let repeats = groups.filter(\.isRepeat).reduce(0) { $0 + $1.cost }
    let total = cost * pruner.expectedShare(epochs: originals.map(\.epochs).max() ?? 0) + repeats
    self.init(total: max(total, ended), ended: ended)
  }
}

extension StudyStore {
  /// The work of a study, computed from its trials' costs; a trial of unknown cost counts 1.
  public func work(of study: Study) throws -> StudyWork {
    let groups = try read { db in
      try db.rows(
        """
        SELECT state, repeat > 0 AS is_repeat, count(*) AS trials, max(epoch_limit) AS epochs,
          sum(coalesce(epoch_cost * epoch_limit, 1)) AS cost,
          sum(CASE WHEN state = 'pruned' THEN
            epoch_cost * (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) END) AS spent
        FROM trial WHERE study_id = ? AND active = 1 GROUP BY state, repeat > 0
        """, [study.id]
      ).map { row in
        try StudyWork.Group(
          state: TrialState(rawValue: row["state"]) ?? .pending, isRepeat: row["is_repeat"], trials: row["trials"],
          epochs: row["epochs"] ?? 0, cost: row["cost"], spent: row["spent"])
      }
    }
    return StudyWork(groups, study.definition)
  }
}
