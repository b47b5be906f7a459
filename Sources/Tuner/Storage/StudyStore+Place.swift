import GRDB
import Literals
import Locks

/// The database is not in its place, found at the beginning of a read or a write.
private struct OutOfPlace: Error {}

extension StudyStore {
  /// Makes sure that what is read or written is the file at the path.
  func requirePlace() throws {
    guard let place else { return }
    if let misplaced = misplaced.withLock({ $0 }) { throw misplaced }
    guard place.fate() == .inPlace else { throw settle(place) ?? OutOfPlace() }
  }

  /// Runs `work` in an immediate transaction, in the file at the path.
  ///
  /// Who begins a transaction after the file has gone finds that out within it. So what a copy is made of, once the transactions
  /// that others were in have ended, is everything that was ever committed.
  func writeInPlace<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try inPlace { place in
      try database.write { db in
        if let place, place.fate() != .inPlace { throw OutOfPlace() }
        return try work(db)
      }
    }
  }

  /// Runs `work` on the file at the path.
  func readInPlace<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try inPlace { place in
      if let place, place.fate() != .inPlace { throw OutOfPlace() }
      return try database.read(work)
    }
  }

  private func inPlace<Value>(_ work: (DatabasePlace?) throws -> Value) throws -> Value {
    guard let place else { return try work(nil) }
    if let misplaced = misplaced.withLock({ $0 }) { throw misplaced }
    do { return try work(place) } catch {
      // SQLite opens its files by name at times, and cannot say why they are not there.
      guard place.fate() != .inPlace || error is OutOfPlace else { throw error }
      guard let misplaced = settle(place) else { return try inPlace(work) }
      throw misplaced
    }
  }

  /// Does what can be done for a database that is not in its place, once, and says what; `nil` when it is back.
  private func settle(_ place: DatabasePlace) -> MisplacedDatabase? {
    misplaced.withLock { misplaced in
      misplaced = misplaced ?? outcome(for: place).map { MisplacedDatabase(path: path, outcome: $0) }
      return misplaced
    }
  }

  private func outcome(for place: DatabasePlace) -> MisplacedDatabase.Outcome? {
    // Others may be in the middle of a write that they began before. Whoever begins one now finds the file gone.
    _ = try? database.write { _ in }
    let isWritten = emptyLog()
    switch place.fate() {
    case .inPlace: return nil
    case .deleted:
      do { return try restore(place) ? .restored : replaced(place, name: nil) } catch {
        return .lost(reason: "\(error)")
      }
    case .moved(let name):
      // Who makes a database there must not find the log of this one, which others may still have open.
      try? storing(in: path) { try database.write { _ in try place.removeCompanions() } }
      let folders = [".checkpoints", ".weights"].map { MisplacedDatabase.Folder(path: path + $0, suffix: $0) }
      return .moved(to: name, folders: folders.filter { Disk.isFolder($0.path) })
    case .replaced(let name): return replaced(place, name: name)
    case .cutFromLog(let file): return .cutFromLog(file, isWritten: isWritten)
    }
  }

  /// Brings everything that was committed into the open file, whatever its name.
  private func emptyLog() -> Bool {
    let result = Result { try database.writeWithoutTransaction { db in try db.checkpoint(.truncate) } }
    return (try? result.get()) != nil
  }

  /// Puts a copy of the open database at its place; false when another file is there.
  private func restore(_ place: DatabasePlace) throws -> Bool {
    try Disk.createFolder(place.path.parentFolder)
    let aside = "\(place.path).copy-\(process.process)"
    Disk.remove(aside)
    defer { Disk.remove(aside) }
    try storing(in: aside) {
      let copy = try DatabaseQueue(path: aside)
      try database.writeWithoutTransaction { source in
        try copy.writeWithoutTransaction { target in try source.backup(to: target) }
      }
      try copy.close()
    }
    if let mode = place.mode { Disk.setMode(mode, of: aside) }
    // Other processes that find the file gone wait here for each other.
    return try storing(in: path) {
      try database.write { _ in
        guard place.fate() == .deleted else { return false }
        try place.removeCompanions()
        return try Disk.moveWithoutReplacing(aside, to: place.path)
      }
    }
  }

  // MARK: - Another file at the place

  private func replaced(_ place: DatabasePlace, name: String?) -> MisplacedDatabase.Outcome {
    let results = try? database.writeWithoutTransaction(Self.results)
    // It may be the copy that another process of the study has put there.
    let others = Self.reading(copyAt: place.path).flatMap { try? $0.read(Self.results) }
    guard let results, let others else { return .replaced(hasEverything: false, name: name) }
    if name == nil, results.isSubset(of: others) { return .restored }
    return .replaced(hasEverything: results.isSubset(of: others), name: name)
  }

  /// Studies, and everything that has ended in them.
  private static func results(_ db: Database) throws -> Set<String> {
    Set(
      try String.fetchAll(
        db,
        sql: """
          SELECT json_array(id, name, created_at) FROM study UNION ALL
          SELECT json_array(trial_id, attempt, owner, ended_at, ending) FROM attempt WHERE ended_at IS NOT NULL
          """))
  }

  /// A database's content, without a lock or a file beside it; `nil` when it is none, or a very large one.
  private static func reading(copyAt path: String) -> DatabaseQueue? {
    guard let bytes = Disk.read(path, upTo: 1 << 30), bytes.starts(with: Array("SQLite format 3\0".utf8)) else {
      return nil
    }
    return try? reading(copyOf: bytes, log: (try? Disk.read(path + "-wal")) ?? [])
  }
}
