import GRDB

/// What went with a study.
public struct DeletedStudy: Sendable, Equatable {
  public let name: String

  /// Trials of every state, shelved ones included.
  public let trials: Int

  /// States of unfinished trials.
  public let checkpoints: Int

  /// The trial whose weights the study kept, or `nil` when it kept none.
  public let weightsOfTrial: Int?
}

extension StudyStore {
  /// Deletes a study: all its rows at once, then its files.
  ///
  /// After a crash between the two, files are left that no row names; the next run of any study in this store removes them.
  ///
  /// Throws a `StorageError` and changes nothing while a process that may be alive runs trials of the study, or when it is gone already.
  public func delete(_ study: Study) throws -> DeletedStudy {
    let (deleted, files) = try transaction { db in
      try requirePresent(study, db)
      try requireIdle(study, db)
      let files = try String.fetchAll(
        db, sql: "SELECT file FROM checkpoint JOIN trial ON trial.id = trial_id WHERE study_id = ?",
        arguments: [study.id])
      let deleted = DeletedStudy(
        name: study.name,
        trials: try Int.fetchOne(db, sql: "SELECT count(*) FROM trial WHERE study_id = ?", arguments: [study.id]) ?? 0,
        checkpoints: files.count,
        weightsOfTrial: try Int.fetchOne(
          db, sql: "SELECT ordinal FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?",
          arguments: [study.id]))
      // Every other table refers to a study or a trial and follows.
      try db.execute(sql: "DELETE FROM study WHERE id = ?", arguments: [study.id])
      return (deleted, files)
    }
    for file in files { Disk.remove(checkpointPath(file)) }
    try removeWeightsOfDeletedStudies()
    return deleted
  }

  /// Makes sure that a study that was opened earlier is still there.
  ///
  /// SQLite gives the number of a deleted study to the next one, so the number alone doesn't say which it is.
  func requirePresent(_ study: Study, _ db: Database) throws {
    let isPresent = try db.value(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM study WHERE id = ? AND name = ? AND created_at = ?)",
      [study.id, study.name, study.createdAt])
    guard isPresent == true else {
      throw StorageError(
        location: path, found: "no study '\(study.name)' any more", expected: "it not to be deleted while it is in use")
    }
  }

  /// Makes sure that no process that may be alive has a trial of the study.
  private func requireIdle(_ study: Study, _ db: Database) throws {
    let abandoned = Set(try abandonedTrials(of: study.id, db).map(\.number))
    let rows = try Row.fetchAll(
      db, sql: "SELECT ordinal, owner FROM trial WHERE study_id = ? AND state = 'running' ORDER BY ordinal",
      arguments: [study.id])
    let running = rows.filter { !abandoned.contains($0["ordinal"]) }
    guard !running.isEmpty else { return }
    let owners = running.map { row in
      ProcessIdentity(row["owner"] as String).map { "process \($0.process) on \($0.host)" } ?? "an unknown process"
    }
    let trials = running.map { "\($0["ordinal"] as Int)" }.joined(separator: ", ")
    throw StorageError(
      location: path,
      found: "study '\(study.name)' running: \(running.count == 1 ? "trial" : "trials") \(trials) in "
        + Set(owners).sorted().joined(separator: " and "),
      expected: "it to be stopped first")
  }

  /// Removes the weights of studies that are no longer there.
  func removeWeightsOfDeletedStudies() throws {
    let numbers = Disk.files(in: path + ".weights").compactMap { name in
      Int64(name).flatMap { String($0) == name ? $0 : nil }
    }
    func deleted(_ db: Database) throws -> [Int64] {
      let present = Set(try Int64.fetchAll(db, sql: "SELECT id FROM study"))
      return numbers.filter { !present.contains($0) }
    }
    guard try !read(deleted).isEmpty else { return }
    // Within a transaction no process can make a study that gets such a number.
    try transaction { db in
      for number in try deleted(db) { Disk.removeFolder(weightsFolder(of: number)) }
    }
  }
}
