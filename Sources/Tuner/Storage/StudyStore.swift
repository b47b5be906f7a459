import Foundation
import GRDB
import Locks
import Synchronization

/// Studies in one SQLite file, with checkpoints and weights in folders beside it.
///
/// It speaks in operations on studies and trials. Several processes may use one file at the same time.
public final class StudyStore: Sendable {
  /// The database file.
  public let path: String

  let database: any DatabaseWriter

  /// What opening the file changed in it, or `nil`.
  public let upgrade: Upgrade?

  /// A file of an earlier schema that was brought up to date.
  public struct Upgrade: Sendable, Equatable {
    /// The schema that it had.
    public let schema: Int

    /// Where it is as it was before.
    public let copy: String
  }

  /// This process, as the owner of trials.
  let process: ProcessIdentity

  /// Owners on other hosts whose heartbeat stands still for longer than this are taken for dead.
  ///
  /// Twelve missed beats: a slow disk must not cost a living process its trial.
  package let heartbeatTimeout: Duration

  /// Time between two heartbeats.
  var heartbeatInterval: Duration { heartbeatTimeout / 12 }

  public static let standardHeartbeatTimeout: Duration = .seconds(120)

  private static let ownerCount = Atomic<Int>(0)

  /// By study.
  let pruningMemory = Locked<[Int64: PruningMemory]>([:])

  /// By study.
  let heartbeatWatches = Locked<[Int64: HeartbeatWatch]>([:])

  /// Opens a store for running studies; makes the file and its folder when they are missing.
  ///
  /// A file of an earlier schema is brought up to date; a copy of it as it was stays beside it, see `Upgrade`.
  ///
  /// Throws a `StorageError` and leaves the file as it is when it is not a database of this program or
  /// one of a later version.
  ///
  /// - Parameter heartbeatTimeout: The same for all processes that share the file.
  public convenience init(
    writing path: String, heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout
  ) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try Disk.createFolder(folder) }
    try Self.inspect(path, isNeeded: false)
    for place in [path, folder.isEmpty ? "." : folder] where FileManager.default.fileExists(atPath: place) {
      guard Disk.isWritable(place) else {
        throw StorageError(
          location: place, found: "no permission to write",
          expected: "a place that can be written, or another --storage")
      }
    }
    let (database, upgrade) = try storing(in: path) { try Self.openForWriting(path) }
    try self.init(path: path, database: database, heartbeatTimeout: heartbeatTimeout, upgrade: upgrade)
  }

  /// Opens a store for reports; changes nothing.
  ///
  /// A file of an earlier schema is copied into memory, where it is brought up to date.
  public convenience init(reading path: String) throws {
    try Self.inspect(path, isNeeded: true)
    let database = try storing(in: path) {
      let file = try Self.openForReading(path)
      let version = try file.read { db in try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
      guard version < Schema.version else { return file }
      let copy = try DatabaseQueue()
      try file.backup(to: copy)
      _ = try copy.write(Self.migrate)
      return copy
    }
    try self.init(path: path, database: database, heartbeatTimeout: Self.standardHeartbeatTimeout)
  }

  private init(
    path: String, database: any DatabaseWriter, heartbeatTimeout: Duration, upgrade: Upgrade? = nil
  ) throws {
    guard let process = ProcessIdentity() else {
      throw StorageError(location: "/proc/self/stat", found: "no such file", expected: "Linux with /proc mounted")
    }
    self.path = path
    self.database = database
    self.process = process
    self.heartbeatTimeout = heartbeatTimeout
    self.upgrade = upgrade
  }

  /// A new owner of trials in this process.
  package func makeOwner() -> String {
    "\(process)/\(Self.ownerCount.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// Where the states of unfinished trials are.
  package var checkpointFolder: String { path + ".checkpoints" }

  /// Where a state of a trial is, by the name that the database has for its file.
  ///
  /// Of a name that leads elsewhere only the last part counts: a database can come from anybody.
  func checkpointPath(_ file: String) -> String { "\(checkpointFolder)/\(Self.lastPart(of: file))" }

  /// Where weights are, likewise.
  func weightsPath(_ file: String, of study: Int64) -> String {
    "\(weightsFolder(of: study))/\(Self.lastPart(of: file))"
  }

  private static func lastPart(of file: String) -> String {
    let last = String(file.split(whereSeparator: { $0 == "/" || $0 == "\0" }).last ?? "-")
    return last == "." || last == ".." ? "-" : last
  }

  /// Where the weights of a study's best trial are.
  package func weightsFolder(of study: Int64) -> String { "\(path).weights/\(study)" }

  /// Moves what is in the write-ahead log into the database file, so that the file alone is the study.
  ///
  /// Does what it can: another process may be reading.
  func consolidate() {
    _ = try? database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }

  /// Ends the use of the file and leaves the whole study in it, unless another process still reads there.
  ///
  /// A process that ends without it loses nothing, but the log stays beside the file.
  public func close() {
    consolidate()
    try? database.close()
  }

  func read<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try storing(in: path) { try database.read(work) }
  }

  /// Runs `work` in an immediate transaction.
  func transaction<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try storing(in: path) { try database.write(work) }
  }
}

// MARK: - Opening

extension StudyStore {
  private static func configuration(isReadOnly: Bool) throws -> Configuration {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(try patience())
    return configuration
  }

  /// Seconds to wait for another program to let go of the database.
  ///
  /// A minute is longer than any transaction of ours; RUN_HYPER_BUSY_SECONDS is another time.
  private static func patience() throws -> Double {
    let variable = "RUN_HYPER_BUSY_SECONDS"
    guard let text = ProcessInfo.processInfo.environment[variable] else { return 60 }
    guard let seconds = Double(text), (0...86_400).contains(seconds) else {
      throw StorageError(location: variable, found: "'\(text)'", expected: "a number from 0 to 86400")
    }
    return seconds
  }

  private static func openForReading(_ path: String) throws -> DatabaseQueue {
    do {
      let queue = try DatabaseQueue(path: path, configuration: try configuration(isReadOnly: true))
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
      return queue
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
      // Beside a file that lies where nothing can be written, SQLite can not make the index of a log. Without a log the file is all.
      let log = (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? 0
      guard log == 0, let bytes = try? Disk.read(path) else { throw error }
      return try reading(copy: bytes)
    }
  }

  /// A database in memory, by way of a file elsewhere.
  private static func reading(copy bytes: [UInt8]) throws -> DatabaseQueue {
    let copy = NSTemporaryDirectory() + "run-hyper-\(UUID().uuidString).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { Disk.remove(copy + suffix) } }
    do { try Data(bytes).write(to: URL(fileURLWithPath: copy)) } catch {
      throw StorageError(location: copy, found: "no way to write it", expected: "a folder for temporary files (TMPDIR)")
    }
    let memory = try DatabaseQueue()
    try DatabaseQueue(path: copy).backup(to: memory)
    return memory
  }

  private static func openForWriting(_ path: String) throws -> (DatabasePool, Upgrade?) {
    let pool = try retryingWhenBusy {
      try DatabasePool(path: path, configuration: try configuration(isReadOnly: false))
    }
    try pool.writeWithoutTransaction { db in
      // GRDB sets NORMAL for WAL, which may lose the last commits when the power fails.
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    let (hasChanged, upgrade) = try pool.write { db in
      let schema = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      let upgrade = 0 < schema && schema < Schema.version ? try copy(path, schema: schema) : nil
      return (try migrate(db), upgrade)
    }
    if hasChanged {
      FaultPoint.schemaCommitted.pass()
      // The file says whose it is even when somebody copies it without its write-ahead log.
      _ = try? pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    }
    return (pool, upgrade)
  }

  /// Copies a database as it is; nobody writes it meanwhile, since the caller does.
  private static func copy(_ path: String, schema: Int32) throws -> Upgrade {
    let copy = "\(path).schema-\(schema)"
    let aside = copy + ".partial"
    Disk.remove(aside)
    do {
      let source = try DatabaseQueue(path: path, configuration: try configuration(isReadOnly: true))
      let target = try DatabaseQueue(path: aside)
      try source.backup(to: target)
      try target.close()
      try source.close()
    } catch let error as DatabaseError {
      Disk.remove(aside)
      throw StorageError(error, location: copy)
    }
    try Disk.moveDurably(aside, to: copy)
    return Upgrade(schema: Int(schema), copy: copy)
  }

  /// Brings the tables up to date; false when they are.
  private static func migrate(_ db: Database) throws -> Bool {
    // Read inside the transaction: another process may have made the tables meanwhile.
    let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard version < Schema.version else { return false }
    for migration in Schema.migrations[Int(version)...] { try db.execute(sql: migration) }
    try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
    try db.execute(sql: "PRAGMA user_version = \(Schema.version)")
    FaultPoint.schemaUncommitted.pass()
    return true
  }

  /// Two processes that make one file at once can both find it busy while it changes to WAL mode, where SQLite
  /// does not wait.
  private static func retryingWhenBusy<Value>(_ work: () throws -> Value) throws -> Value {
    let end = ContinuousClock.now + .seconds(try patience())
    while true {
      do { return try work() } catch let error as DatabaseError
        where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
      {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  /// Looks whether a file is a study database, without changing it.
  ///
  /// Reading its header takes away, when the file is closed, the locks that another store of this process has on it: a rule of the
  /// system for all locks of a process. So a process has one store on a file at a time.
  private static func inspect(_ path: String, isNeeded: Bool) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      if isNeeded {
        throw StorageError(
          location: path, found: "no such file", expected: "a study database; begin a study or name one with --storage",
          isAbsence: true)
      }
      return
    }
    if Disk.isFolder(path) {
      throw StorageError(
        location: path, found: "a folder", expected: "a file; name one with --storage", isAbsence: true)
    }
    let header = try header(of: path)
    if header.isEmpty {
      guard isNeeded else { return }
      throw StorageError(
        location: path, found: "an empty file", expected: "a study in it; begin one first", isAbsence: true)
    }
    guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw StorageError(
        location: path, found: "a file that is no SQLite database",
        expected: "a study database; name another with --storage")
    }
    let applicationID = header[68..<72].reduce(0) { $0 << 8 | Int32($1) }
    guard applicationID == 0 || applicationID == Schema.applicationID else { throw foreign(path) }

    // The newest header may still be in the write-ahead log, so SQLite has the last word.
    let (identity, version, tables) = try storing(in: path) {
      try openForReading(path).read { db in
        (
          try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
          try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        )
      }
    }
    if identity == 0, version == 0, tables == 0 {
      guard isNeeded else { return }
      // The process that made the file may have died before it made the tables.
      throw StorageError(
        location: path, found: "a database without tables", expected: "a study in it; begin one first", isAbsence: true)
    }
    guard identity == Schema.applicationID else { throw foreign(path) }
    guard version <= Schema.version else {
      throw StorageError(
        location: path, found: "a study database of schema \(version)",
        expected: "at most \(Schema.version); use a newer run-hyper")
    }
    guard version > 0, tables > 0 else {
      throw StorageError(
        location: path, found: "a study database without tables", expected: "a study in it; begin one first",
        isAbsence: true)
    }
  }

  private static func foreign(_ path: String) -> StorageError {
    StorageError(
      location: path, found: "a SQLite database of another program",
      expected: "a study database; name another with --storage")
  }

  private static func header(of path: String) throws -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 100) ?? Data() else {
      throw StorageError(
        location: path, found: "no permission to read", expected: "a file that can be read, or another --storage")
    }
    return Array(data)
  }
}
