import GRDB
import Literals
import Locks

/// The database was not at its path at the beginning of a read or a write.
private struct OutOfPlace: Error {}

extension StudyStore {
  /// Makes sure that the open file is the file at the path.
  func requirePlace() throws {
    guard let place else { return }
    if let misplaced = misplaced.withLock({ $0 }) { throw misplaced }
    guard place.fate() != .inPlace, let misplaced = settle(place) else { return }
    throw misplaced
  }

  /// Runs `work` in an immediate transaction, in the file at the path.
  ///
  /// A transaction that begins after the file has gone notices this and fails. So a copy made after the
  /// transactions of other processes have ended contains everything that was ever committed.
  func writeInPlace<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try inPlace { place in
      try database.write { db in
        if let place, place.fate() != .inPlace { throw OutOfPlace() }
        return try work(db)
      }
    }
  }

  /// Runs `work` on the file at the path.
  func readInPlace<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try inPlace { place in
      if let place, place.fate() != .inPlace { throw OutOfPlace() }
      return try database.read(work)
    }
  }

  private func inPlace<Value>(_ work: (DatabasePlace?) throws -> Value) throws -> Value {
    guard let place else { return try work(nil) }
    if let misplaced = misplaced.withLock({ $0 }) { throw misplaced }
    do { return try work(place) } catch {
      // SQLite sometimes opens its files by name, and cannot tell why they are missing.
      guard place.fate() != .inPlace || error is OutOfPlace else { throw error }
      guard let misplaced = settle(place) else { return try inPlace(work) }
      throw misplaced
    }
  }

  /// Rescues a misplaced database, once; `nil` if it is back.
  private func settle(_ place: DatabasePlace) -> MisplacedDatabase? {
    misplaced.withLock { misplaced in
      misplaced = misplaced ?? rescue(place)
      return misplaced
    }
  }

  /// Rescues what it can of a misplaced database, and reports the outcome; `nil` if it is back.
  private func rescue(_ place: DatabasePlace) -> MisplacedDatabase? {
    outcome(for: place).map { MisplacedDatabase(path: path, outcome: $0) }
  }

  /// The reason why a run failed, determined at its end.
  ///
  /// A folder is deleted file by file. The first file that is missed may be a trial's or the log; by the end of the run, the database
  /// may be gone too.
  func reason(for failure: any Error) -> any Error {
    guard let place else { return failure }
    let fate = place.fate()
    return misplaced.withLock { misplaced in
      switch misplaced?.outcome {
      case nil where fate == .inPlace: return failure
      case .cutFromLog(let file, _) where fate == .cutFromLog(file): break
      case nil, .cutFromLog:
        misplaced = rescue(place) ?? misplaced
      default: break
      }
      misplaced = misplaced.map { MisplacedDatabase(path: $0.path, outcome: tidied($0.outcome)) }
      return misplaced ?? failure
    }
  }

  /// The outcome when no state is being saved any more: one that was may have made its folder anew at the old path.
  private func tidied(_ outcome: MisplacedDatabase.Outcome) -> MisplacedDatabase.Outcome {
    guard let folders = states as? StateFolders else { return outcome }
    switch outcome {
    case .restored:
      folders.removeEmpty()
      return outcome
    case .moved(let name, _):
      folders.removeEmpty()
      return .moved(to: name, folders: folders.present())
    case .lost, .replaced, .cutFromLog: return outcome
    }
  }

  private func outcome(for place: DatabasePlace) -> MisplacedDatabase.Outcome? {
    // Other processes may still be in a write that they began earlier; a write that begins now fails.
    _ = try? database.write { _ in }
    switch place.fate() {
    case .inPlace: return nil
    case .deleted:
      emptyLog()
      do { return try restore(place) ? .restored : replaced(place, name: nil) } catch {
        return .lost(reason: "\(error)")
      }
    case .moved(let name):
      emptyLog()
      // A new database at the old path must not find this one's log, which other processes may still have open.
      try? storing(in: path) { try database.write { _ in try place.removeCompanions() } }
      return .moved(to: name, folders: (states as? StateFolders)?.present() ?? [])
    case .replaced(let name):
      emptyLog()
      return replaced(place, name: name)
    case .cutFromLog(let file):
      // With other companions beside the database, another process writes it, and no lock of ours keeps it from doing so now.
      return .cutFromLog(file, isWritten: !place.hasOtherCompanions && emptyLog())
    }
  }

  /// Moves everything that was committed from the log into the open file, regardless of its name.
  @discardableResult
  private func emptyLog() -> Bool {
    (try? sqlite?.emptyLog()) != nil
  }

  /// Puts a copy of the open database at its path; returns false if another file is there.
  private func restore(_ place: DatabasePlace) throws -> Bool {
    guard let sqlite else { return false }
    try Disk.createFolder(place.path.parentFolder)
    let aside = "\(place.path).copy-\(process.process)"
    Disk.remove(aside)
    defer { Disk.remove(aside) }
    try storing(in: aside) {
      let copy = try DatabaseQueue(path: aside)
      try sqlite.writer.writeWithoutTransaction { source in
        try copy.writeWithoutTransaction { target in try source.backup(to: target) }
      }
      try copy.close()
    }
    if let mode = place.mode { Disk.setMode(mode, of: aside) }
    // This makes processes that find the file gone take turns.
    return try storing(in: path) {
      try database.write { _ in
        guard place.fate() == .deleted else { return false }
        try place.removeCompanions()
        return try Disk.moveWithoutReplacing(aside, to: place.path)
      }
    }
  }

  // MARK: - Another file at the path

  private func replaced(_ place: DatabasePlace, name: String?) -> MisplacedDatabase.Outcome {
    let results = try? sqlite?.writer.writeWithoutTransaction { try Self.results(Connection(SQLiteSession($0))) }
    // It may be the copy that another process of the study has written.
    let others = Self.reading(copyAt: place.path).flatMap { try? SQLiteDatabase($0).read(Self.results) }
    guard let results, let others else { return .replaced(hasEverything: false, name: name) }
    if name == nil, results.isSubset(of: others) { return .restored }
    return .replaced(hasEverything: results.isSubset(of: others), name: name)
  }

  /// All studies, and everything in them that has ended.
  private static func results(_ db: Connection) throws -> Set<String> {
    Set(
      try db.values(
        String.self,
        """
        SELECT json_array(id, name, created_at) FROM study UNION ALL
        SELECT json_array(trial_id, attempt, owner, ended_at, ending) FROM attempt WHERE ended_at IS NOT NULL
        """))
  }

  /// The contents of a database, without locks or additional files; `nil` if it is not a database or is very large.
  private static func reading(copyAt path: String) -> DatabaseQueue? {
    guard let bytes = Disk.read(path, upTo: 1 << 30), bytes.starts(with: Array("SQLite format 3\0".utf8)) else {
      return nil
    }
    return try? reading(copyOf: bytes, log: (try? Disk.read(path + "-wal")) ?? [])
  }
}
