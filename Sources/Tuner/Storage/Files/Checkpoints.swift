import Locks

/// A row of `checkpoint` or `weights`: a file, with what is needed to verify that it is complete.
struct SavedState: Sendable {
  let id: Int64
  let epoch: Int
  let file: String
  let bytes: Int
  let sha256: String
}

extension SavedState {
  init(_ row: SQLRow) throws {
    try self.init(id: row["id"], epoch: row["epoch"], file: row["file"], bytes: row["bytes"], sha256: row["sha256"])
  }
}

extension StudyStore {
  /// Writes a state to a file of its own, without registering it yet.
  func save(_ checkpoint: [UInt8]?, epoch: Int, of trial: ClaimedTrial) -> (state: SavedState?, failure: StorageError?)
  {
    guard let checkpoint else { return (nil, nil) }
    let hash = sha256(checkpoint)
    // The hash distinguishes a state within an epoch from the one at its start, so that neither is overwritten.
    let file = "trial-\(trial.id)-attempt-\(trial.attempt)-epoch-\(epoch)-\(hash.prefix(12)).checkpoint"
    do {
      try prepareFolder(
        checkpointFolder, losing: "unfinished trials whose checkpoints were in it restart from the beginning")
      try Disk.writeDurably(
        checkpoint, to: checkpointPath(file),
        faults: (.checkpointUnwritten, .checkpointWritten, .checkpointRenamed))
    } catch {
      return (nil, error)
    }
    return (SavedState(id: 0, epoch: epoch, file: file, bytes: checkpoint.count, sha256: hash), nil)
  }

  /// Creates a folder for files of a study, and adds a notice if it is not the same folder as before.
  ///
  /// Its files are identified by their hashes, so any folder with the right name can be used.
  func prepareFolder(_ path: String, losing loss: String) throws(StorageError) {
    // A new folder may get the inode of the deleted one, so the old one is looked up first.
    let before = Disk.sighting(path)
    try Disk.createFolder(path)
    guard case .file(let identity) = Disk.sighting(path) else { return }
    let known = folders.withLock { $0.updateValue(identity, forKey: path) }
    guard let known, before != .file(known) else { return }
    notices.withLock { $0.append("\(path) was deleted, moved or replaced during the run; \(loss)") }
  }

  /// New notices for the user about the study's folders; each is returned once.
  func takeNotices() -> [String] {
    notices.withLock { notices in
      defer { notices = [] }
      return notices
    }
  }

  /// Makes a written state the trial's only one, and returns the files that it replaces.
  static func register(_ state: SavedState?, of trial: ClaimedTrial, _ db: Connection) throws -> [String] {
    guard let state else { return [] }
    let replaced = try db.values(
      String.self, "SELECT file FROM checkpoint WHERE trial_id = ? AND file <> ?", [trial.id, state.file])
    try db.run("DELETE FROM checkpoint WHERE trial_id = ?", [trial.id])
    try db.run(
      "INSERT INTO checkpoint (trial_id, attempt, epoch, file, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)",
      [trial.id, trial.attempt, state.epoch, state.file, state.bytes, state.sha256])
    return replaced
  }

  /// Reads a registered state and verifies that it is what was written.
  func read(_ state: SavedState) -> Result<[UInt8], StorageError> {
    let path = checkpointPath(state.file)
    do throws(StorageError) {
      let bytes = try Disk.read(path)
      guard bytes.count == state.bytes, sha256(bytes) == state.sha256 else {
        throw StorageError(
          location: path, found: "a damaged checkpoint of epoch \(state.epoch)", expected: "the bytes that were written"
        )
      }
      return .success(bytes)
    } catch {
      return .failure(error)
    }
  }

  /// Removes files that a crash left: those that are not registered and whose trial no living attempt works on.
  package func removeOrphans() throws {
    for file in try orphans() { Disk.remove(file) }
    try removeWeightsOfDeletedStudies()
  }

  /// The paths of unregistered files whose trial has no running attempt.
  func orphans() throws -> [String] {
    // The folders are read first: files that appear later belong to a running process.
    let states = Disk.files(in: checkpointFolder)
    let folders = Disk.files(in: path + ".weights").map { (study: $0, files: Disk.files(in: "\(path).weights/\($0)")) }
    let (kept, weights, attempts, trials) = try read { db in
      (
        Set(try db.values(String.self, "SELECT file FROM checkpoint")),
        Set(
          try db.values(String.self, "SELECT study_id || '/' || file FROM weights JOIN trial ON trial.id = trial_id")),
        try db.values(
          String.self, "SELECT 'trial-' || id || '-attempt-' || attempt || '-' FROM trial WHERE state = 'running'"),
        try db.values(String.self, "SELECT study_id || '/trial-' || ordinal || '.' FROM trial WHERE state = 'running'")
      )
    }
    let unused = states.filter { file in !kept.contains(file) && !attempts.contains(where: file.hasPrefix) }
    let others = folders.flatMap { folder in folder.files.map { "\(folder.study)/\($0)" } }.filter { name in
      !weights.contains(name) && !trials.contains(where: name.hasPrefix)
    }
    return unused.map(checkpointPath) + others.map { "\(path).weights/\($0)" }
  }
}
