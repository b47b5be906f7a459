extension StudyStore {
  /// The saved states of a study.
  public func stateSizes(of study: Study) throws -> StateSizes { try read { try Self.stateSizes(of: study.id, $0) } }

  static func stateSizes(of study: Int64, _ db: Connection) throws -> StateSizes {
    var sizes = StateSizes()
    try db.each(
      """
      SELECT state, count(*) AS count, \(sumOfBytes) AS bytes
      FROM checkpoint JOIN trial ON trial.id = trial_id WHERE study_id = ? GROUP BY state
      """, [study]
    ) { row in
      let (count, bytes) = try (row["count"] as Int, Self.whole(row["bytes"]))
      sizes.trials += count
      sizes.bytes &+= bytes
      if try row["state"] == TrialState.pruned.rawValue { (sizes.prunedTrials, sizes.prunedBytes) = (count, bytes) }
    }
    let weights = try db.value(
      Double.self, "SELECT \(sumOfBytes) FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?", [study])
    sizes.weightBytes = whole(weights ?? 0)
    return sizes
  }

  /// A sum that no row makes too large: somebody may have changed the numbers.
  static let sumOfBytes = "coalesce(sum(CAST(bytes AS double precision)), 0)"

  static func whole(_ bytes: Double) -> Int { Int(min(max(bytes, 0), 0x1p60)) }

  /// Removes the states of trials that a pruner has stopped: their rows in one transaction, then the states.
  ///
  /// Everything else of these trials stays. One that continues later trains from its start, and its result is the same.
  ///
  /// Throws a `StorageError` and changes nothing if a process that may be alive is running trials of the study, or if the study has been
  /// deleted. If owners on other hosts seem to be dead, it first waits for a sign of life.
  ///
  /// - Parameter onWait: Receives the owners that are waited for, and the maximum time.
  /// - Returns: The number of states, and their bytes.
  public func freeStates(
    of study: Study, onWait: (_ owners: [String], _ silence: Silence) -> Void = { _, _ in }
  ) throws -> (trials: Int, bytes: Int) {
    let gone = try listen(to: study, onWait)
    let freed = try transaction(on: study.id) { db in
      try requirePresent(study, db)
      try requireIdle(study, gone: gone, db)
      return try db.rows(
        """
        DELETE FROM checkpoint WHERE trial_id IN (SELECT id FROM trial WHERE study_id = ? AND state = 'pruned')
        RETURNING file, bytes
        """, [study.id]
      ).map { row in try (file: row["file"] as String, bytes: row["bytes"] as Int) }
    }
    states.checkpoints.remove(freed.map(\.file))
    return (freed.count, freed.reduce(0) { $0 &+ $1.bytes })
  }
}
