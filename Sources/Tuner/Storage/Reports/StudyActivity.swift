/// Who works on a study, how far it is, and what it keeps on disk: what changes even if no trial does.
package struct StudyActivity: Sendable, Equatable {
  /// A process that has running trials of the study.
  package struct Owner: Sendable, Equatable {
    package let host: String
    package let process: Int32

    /// The number of its running trials.
    package var workers: Int

    /// Whether it is dead, or seems to be.
    package var isGone: Bool

    /// The seconds since its last heartbeat, by this host's clock.
    package var silence: Double

    package init(host: String, process: Int32, workers: Int, isGone: Bool, silence: Double) {
      (self.host, self.process, self.workers) = (host, process, workers)
      (self.isGone, self.silence) = (isGone, silence)
    }
  }

  /// Trials with other seeds included.
  package var counts = StudyCounts()

  /// The trials that were started and interrupted, which are pending again.
  package var interrupted = 0

  /// Whether nothing is left to do.
  package var isOver = false
  package var owners: [Owner] = []
  package var work = StudyWork(total: 0, ended: 0)

  /// The training so far: its work in the unit of `work`, and its seconds, summed over trials.
  package var spent = (work: 0.0, seconds: 0.0)

  /// The completed part of running trials, in the unit of `work`.
  package var runningWork = 0.0

  /// The seconds in which at least one trial was trained.
  package var elapsed = 0.0

  /// The bytes of all checkpoints and weights.
  package var stateBytes = 0

  /// Where the weights of trials are, by their numbers.
  package var weights: [Int: String] = [:]

  package init() {}

  package static func == (a: StudyActivity, b: StudyActivity) -> Bool {
    (a.counts, a.interrupted, a.isOver, a.owners, a.work) == (b.counts, b.interrupted, b.isOver, b.owners, b.work)
      && a.spent == b.spent && a.runningWork == b.runningWork && a.elapsed == b.elapsed
      && a.stateBytes == b.stateBytes && a.weights == b.weights
  }
}

extension StudyActivity {
  /// The seconds that lie in at least one of some spans, which are ordered by their beginnings.
  package static func covered(by spans: [(start: Double, end: Double)]) -> Double {
    var (covered, reached) = (0.0, -Double.infinity)
    for span in spans where span.end > reached {
      covered += span.end - max(span.start, reached)
      reached = span.end
    }
    return covered
  }

  /// Counts a running trial for its process.
  fileprivate mutating func add(_ trial: OwnedTrial, isGone: Bool) {
    guard let process = ProcessIdentity(trial.owner) else { return }
    guard let index = owners.firstIndex(where: { $0.host == process.host && $0.process == process.process }) else {
      owners.append(
        Owner(host: process.host, process: process.process, workers: 1, isGone: isGone, silence: trial.distance))
      return
    }
    owners[index].workers += 1
    owners[index].isGone = owners[index].isGone && isGone
    owners[index].silence = min(owners[index].silence, trial.distance)
  }
}

extension StudyStore {
  /// The activity of a study.
  ///
  /// Takes time in proportion to the number of trials and attempts, so it is not to be asked at every change.
  package func activity(of study: Study) throws -> StudyActivity {
    let gone = Set(try abandonedTrials(of: study).map(\.id))
    let work = try work(of: study)
    return try read { db in
      var activity = StudyActivity()
      activity.work = work
      activity.counts = try Self.counts(of: study.id, db)
      activity.interrupted =
        try db.value(
          Int.self,
          "SELECT count(*) FROM trial WHERE study_id = ? AND state = 'pending' AND active = 1 AND attempt > 0",
          [study.id]) ?? 0
      if activity.counts.running == 0, activity.counts.pending == 0 { activity.isOver = try isOver(study, db) }
      for trial in try ownedTrials(of: study.id, db) {
        activity.add(trial, isGone: trial.life == .dead || gone.contains(trial.id))
      }
      try readTraining(of: study, abandoned: gone, into: &activity, db)
      try readStates(of: study, into: &activity, db)
      return activity
    }
  }

  private func readTraining(
    of study: Study, abandoned: Set<Int64>, into activity: inout StudyActivity, _ db: Connection
  ) throws {
    let ended = try db.row(
      """
      SELECT sum(training_seconds) AS seconds,
        sum(coalesce(epoch_cost * (SELECT max(epoch) FROM observation WHERE trial_id = trial.id), 1)) AS spent
      FROM trial WHERE study_id = ? AND active = 1 AND state IN ('completed', 'pruned', 'diverged')
      """, [study.id])
    activity.spent = (try ended?["spent"] ?? 0, try ended?["seconds"] ?? 0)
    var spans: [(start: Double, end: Double)] = []
    let seconds = { db.dialect.seconds(of: $0) }
    try db.each(
      """
      SELECT id, \(seconds("attempt.started_at")) AS start, \(seconds("attempt.ended_at")) AS ending,
        \(seconds("heartbeat_at")) AS heartbeat, \(seconds(db.dialect.now)) AS now, from_epoch, epoch_cost,
        CASE WHEN ended_at IS NULL THEN (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) END AS epoch
      FROM attempt JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY attempt.started_at
      """, [study.id]
    ) { row in
      let start: Double = try row["start"]
      let now: Double = try row["now"]
      guard let end: Double = try row["ending"] else {
        let isAbandoned = abandoned.contains(try row["id"])
        let end = isAbandoned ? try row["heartbeat"] ?? start : now
        spans.append((start, max(start, end)))
        guard !isAbandoned, let cost: Double = try row["epoch_cost"] else { return }
        let epoch = Double(try row["epoch"] ?? 0)
        activity.runningWork += cost * epoch
        activity.spent.work += cost * max(epoch - Double(try row["from_epoch"] as Int), 0)
        activity.spent.seconds += max(end - start, 0)
        return
      }
      spans.append((start, end))
    }
    activity.elapsed = StudyActivity.covered(by: spans)
  }

  private func readStates(of study: Study, into activity: inout StudyActivity, _ db: Connection) throws {
    let trials = "(SELECT id FROM trial WHERE study_id = ?)"
    for table in ["checkpoint", "weights"] {
      let bytes = try db.value(
        Double.self, "SELECT \(Self.sumOfBytes) FROM \(table) WHERE trial_id IN \(trials)", [study.id])
      activity.stateBytes &+= Self.whole(bytes ?? 0)
    }
    let states = states.weights(of: study.id)
    try db.each(
      "SELECT ordinal, file FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?", [study.id]
    ) { row in
      activity.weights[try row["ordinal"]] = states.location(of: try row["file"])
    }
  }
}
