/// A row of `checkpoint` or `weights`: the name of a state, with what is needed to verify that it is complete.
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
  /// Saves a state under a name of its own, without registering it yet.
  func save(_ checkpoint: [UInt8]?, epoch: Int, of trial: ClaimedTrial) -> (state: SavedState?, failure: StorageError?)
  {
    guard let checkpoint else { return (nil, nil) }
    let hash = sha256(checkpoint)
    // The hash distinguishes a state within an epoch from the one at its start, so that neither is overwritten.
    let file = "trial-\(trial.id)-attempt-\(trial.attempt)-epoch-\(epoch)-\(hash.prefix(12)).checkpoint"
    do {
      try states.checkpoints.save(checkpoint, as: file)
    } catch {
      return (nil, error)
    }
    return (SavedState(id: 0, epoch: epoch, file: file, bytes: checkpoint.count, sha256: hash), nil)
  }

  /// Makes a written state the trial's only one, and returns the names of those that it replaces.
  static func register(_ state: SavedState?, of trial: ClaimedTrial, _ db: Connection) throws -> [String] {
    guard let state else { return [] }
    let replaced = try db.values(
      String.self, "DELETE FROM checkpoint WHERE trial_id = ? RETURNING file", [trial.id])
    try db.run(
      "INSERT INTO checkpoint (trial_id, attempt, epoch, file, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)",
      [trial.id, trial.attempt, state.epoch, state.file, state.bytes, state.sha256])
    return replaced.filter { $0 != state.file }
  }

  /// Reads a registered state and verifies that it is what was written.
  func read(_ state: SavedState) -> Result<[UInt8], StorageError> {
    do throws(StorageError) {
      let bytes = try states.checkpoints.read(state.file)
      guard bytes.count == state.bytes, sha256(bytes) == state.sha256 else {
        throw StorageError(
          location: states.checkpoints.location(of: state.file), found: "a damaged checkpoint of epoch \(state.epoch)",
          expected: "the bytes that were written")
      }
      return .success(bytes)
    } catch {
      return .failure(error)
    }
  }

  /// Removes states that a crash left: those that are not registered and whose trial no living attempt works on.
  package func removeOrphans() throws {
    let listed = listedStates()
    let orphans = try read { try Self.orphans(among: listed, $0) }
    if states.isInDatabase {
      // A state whose row a transaction has yet to register is not seen before that.
      for (place, name) in orphans { place.remove([name]) }
    } else if !orphans.isEmpty {
      try transaction { db in
        guard try Self.areFilesComplete(db) else { return }
        for (place, name) in try Self.orphans(among: listed, db) { place.remove([name]) }
      }
    }
    try removeWeightsOfDeletedStudies()
  }

  /// Whether every file has its row by now, unless a crash left it: no transaction is writing files before their rows. None begins to until
  /// the end of this one.
  static func areFilesComplete(_ db: Connection) throws -> Bool {
    guard let lock = db.dialect.fileReaderLock else { return true }
    return try db.value(Bool.self, lock) ?? false
  }

  /// Unregistered states whose trial has no running attempt.
  func orphans() throws -> [(place: any SavedStates, name: String)] {
    let listed = listedStates()
    return try read { try Self.orphans(among: listed, $0) }
  }

  /// The names of all states; to be read before the rows, since states that appear later belong to a running process.
  private struct ListedStates {
    let place: any SavedStates
    let checkpoints: [String]
    let weights: [(study: String, states: any SavedStates, names: [String])]
  }

  private func listedStates() -> ListedStates {
    ListedStates(
      place: states.checkpoints, checkpoints: states.checkpoints.list(),
      weights: states.weightsOfAll().map { ($0.study, $0.states, $0.states.list()) })
  }

  private static func orphans(
    among listed: ListedStates, _ db: Connection
  ) throws -> [(place: any SavedStates, name: String)] {
    // In this order: a server's queries see one moment each, and a state is registered before, or as, its trial stops running.
    let attempts = try db.values(
      String.self, "SELECT 'trial-' || id || '-attempt-' || attempt || '-' FROM trial WHERE state = 'running'")
    let trials = try db.values(
      String.self, "SELECT study_id || '/trial-' || ordinal || '.' FROM trial WHERE state = 'running'")
    let kept = Set(try db.values(String.self, "SELECT file FROM checkpoint"))
    let weights = Set(
      try db.values(String.self, "SELECT study_id || '/' || file FROM weights JOIN trial ON trial.id = trial_id"))
    let unused = listed.checkpoints.filter { name in
      !kept.contains(name) && !attempts.contains(where: name.hasPrefix)
    }
    let others = listed.weights.flatMap { study, states, names in
      names.filter { name in
        let file = "\(study)/\(name)"
        return !weights.contains(file) && !trials.contains(where: file.hasPrefix)
      }.map { (states, $0) }
    }
    return unused.map { (listed.place, $0) } + others
  }
}
