import Foundation
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
  ///
  /// Where owners on other hosts seem to be silent, it first listens to them for `heartbeatTimeout`.
  ///
  /// - Parameter onWait: Told whom is listened to, and for how long at most.
  public func delete(_ study: Study, onWait: (_ owners: [String], _ limit: Duration) -> Void = { _, _ in }) throws
    -> DeletedStudy
  {
    let gone = try listen(to: study, onWait)
    let (deleted, files) = try transaction { db in
      try requirePresent(study, db)
      try requireIdle(study, gone: gone, db)
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

  /// The running trials of a study whose owners are gone, after listening to those of other hosts that seem to be silent.
  private func listen(to study: Study, _ onWait: ([String], Duration) -> Void) throws -> [OwnedTrial] {
    var first: [OwnedTrial]?
    while true {
      let gone = try abandonedTrials(of: study)
      let others = try read { db in try ownedTrials(of: study.id, db) }.filter { !$0.isAmong(gone) }
      // Who lives for certain, or gave a sign of life, has not to be listened to any longer.
      guard !others.isEmpty,
        others.allSatisfy({ $0.seemsAbandoned(after: heartbeatTimeout) && $0.isAmong(first ?? [$0]) })
      else { return gone }
      if first == nil {
        first = others
        onWait(Set(others.map(\.ownerText)).sorted(), heartbeatTimeout)
      }
      Thread.sleep(forTimeInterval: min(0.25, heartbeatInterval / .seconds(1)))
    }
  }

  /// Makes sure that no process that may be alive has a trial of the study.
  ///
  /// - Parameter gone: Trials whose owners are gone.
  private func requireIdle(_ study: Study, gone: [OwnedTrial], _ db: Database) throws {
    let running = try ownedTrials(of: study.id, db).filter { !$0.isAmong(gone) }
    guard !running.isEmpty else { return }
    let trials = running.map { "\($0.number)" }.joined(separator: ", ")
    throw StorageError(
      location: path,
      found: "study '\(study.name)' running: \(running.count == 1 ? "trial" : "trials") \(trials) in "
        + Set(running.map(\.ownerText)).sorted().joined(separator: " and "),
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
