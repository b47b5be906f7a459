import Foundation

extension StudyStore {
  /// Deletes a study: all its rows in one transaction, then its states.
  ///
  /// A crash between the two leaves states that no row refers to; the next run of any study in this store removes them.
  ///
  /// Throws a `StorageError` and changes nothing if a process that may be alive is running trials of the study, or if the study has
  /// already been deleted.
  ///
  /// If owners on other hosts seem to be dead, it first waits for a sign of life, as long as `silence` says.
  ///
  /// - Parameter onWait: Receives the owners that are waited for, and the maximum time.
  public func delete(_ study: Study, onWait: (_ owners: [String], _ silence: Silence) -> Void = { _, _ in }) throws
    -> StudyParts
  {
    let gone = try listen(to: study, onWait)
    let (deleted, files) = try transaction(on: study.id) { db in
      try requirePresent(study, db)
      try requireIdle(study, gone: gone, db)
      let files = try db.values(
        String.self, "SELECT file FROM checkpoint JOIN trial ON trial.id = trial_id WHERE study_id = ?", [study.id])
      let deleted = try Self.parts(ofStudy: study.id, named: study.name, db)
      // All other tables refer to a study or a trial; their rows are deleted by cascade.
      try db.run("DELETE FROM study WHERE id = ?", [study.id])
      return (deleted, files)
    }
    states.checkpoints.remove(files)
    try removeWeightsOfDeletedStudies()
    return deleted
  }

  /// Checks that a study that was opened earlier still exists.
  ///
  /// SQLite reuses the number of a deleted study, so the number alone does not identify it.
  func requirePresent(_ study: Study, _ db: Connection) throws {
    let isPresent = try db.value(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM study WHERE id = ? AND name = ? AND created_at = ?)",
      [study.id, study.name, study.createdAt])
    guard isPresent == true else {
      throw StorageError(
        location: path, found: "study '\(study.name)' deleted by another process",
        expected: "no deletion of a study in use")
    }
  }

  /// The running trials whose owners are dead, after waiting for the heartbeats of owners on other hosts that seem to be dead.
  func listen(to study: Study, _ onWait: ([String], Silence) -> Void) throws -> [OwnedTrial] {
    var first: [OwnedTrial]?
    while true {
      let gone = try abandonedTrials(of: study)
      let others = try read { db in try ownedTrials(of: study.id, db) }.filter { !$0.isAmong(gone) }
      // There is no need to wait any longer if an owner is certainly alive or has sent a heartbeat, and no use if none can be seen.
      guard !others.isEmpty, sqlite?.isInMemory != true,
        others.allSatisfy({ $0.seemsAbandoned(after: silence.limit) && $0.isAmong(first ?? [$0]) })
      else { return gone }
      if first == nil {
        first = others
        onWait(Set(others.map(\.ownerText)).sorted(), silence)
      }
      Thread.sleep(forTimeInterval: min(0.25, heartbeatInterval / .seconds(1)))
    }
  }

  /// Checks that no process that may be alive is running a trial of the study.
  ///
  /// - Parameter gone: Trials whose owners are dead.
  func requireIdle(_ study: Study, gone: [OwnedTrial], _ db: Connection) throws {
    let running = try ownedTrials(of: study.id, db).filter { $0.life == .alive || !$0.isAmong(gone) }
    guard !running.isEmpty else { return }
    let trials = running.map { "\($0.number)" }.joined(separator: ", ")
    throw StorageError(
      location: path,
      found: "a running study, '\(study.name)': \(running.count == 1 ? "trial" : "trials") \(trials) in "
        + Set(running.map(\.ownerText)).sorted().joined(separator: " and "),
      expected: "a stopped study")
  }

  /// Removes the weights of studies that no longer exist.
  func removeWeightsOfDeletedStudies() throws {
    let numbers = states.weightsOfAll().compactMap { name, _ in
      Int64(name).flatMap { String($0) == name ? $0 : nil }
    }
    func deleted(_ db: Connection) throws -> [Int64] {
      let present = Set(try db.values(Int64.self, "SELECT id FROM study"))
      return numbers.filter { !present.contains($0) }
    }
    let gone = try read { try deleted($0) }
    guard !gone.isEmpty else { return }
    guard !states.isInDatabase else {
      for number in gone { states.weights(of: number).removeAll() }
      return
    }
    // During the transaction, no process can create a study with such a number.
    try transaction { db in
      guard try Self.areFilesComplete(db) else { return }
      for number in try deleted(db) { states.weights(of: number).removeAll() }
    }
  }
}
