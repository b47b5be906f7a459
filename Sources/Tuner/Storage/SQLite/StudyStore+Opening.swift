import Foundation
import GRDB

extension StudyStore {
  /// A database opened for writing.
  struct Opening {
    let database: any StudyDatabase
    let upgrade: Upgrade?
    let logObstacle: LogObstacle?
  }

  private static func configuration(isReadOnly: Bool) throws -> Configuration {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(try patience())
    return configuration
  }

  /// Seconds to wait for another program to release the database.
  ///
  /// The default of one minute is longer than any transaction of this program; RUN_HYPER_BUSY_SECONDS overrides it.
  static func patience() throws -> Double {
    let variable = "RUN_HYPER_BUSY_SECONDS"
    guard let text = ProcessInfo.processInfo.environment[variable] else { return 60 }
    guard let seconds = Double(text), (0...86_400).contains(seconds) else {
      throw StorageError(location: variable, found: "'\(text)'", expected: "a number from 0 to 86400")
    }
    return seconds
  }

  /// Opens a database for reports; one with an earlier schema is copied into memory and upgraded there.
  static func openUpgraded(_ path: String) throws -> SQLiteDatabase {
    let file = try openForReading(path)
    let version = try file.read { db in try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
    guard version < Schema.version else { return SQLiteDatabase(file) }
    let copy = try DatabaseQueue()
    try file.backup(to: copy)
    try copy.write { db in _ = try migrate(db) }
    return SQLiteDatabase(copy)
  }

  static func openForReading(_ path: String) throws -> DatabaseQueue {
    do {
      return try DatabaseQueue(path: path, configuration: try configuration(isReadOnly: true))
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
      // Without a write-ahead log, the half-written transaction of a dead process must be rolled back in the file itself.
      try DatabaseQueue(path: path, configuration: try configuration(isReadOnly: false)).close()
      return try DatabaseQueue(path: path, configuration: try configuration(isReadOnly: true))
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN || error.saysNoSharedMemory {
      // If nothing can be written, or memory cannot be shared, SQLite cannot create the index of the log. If there is a log, someone
      // else may be writing in the first case; in the second case nobody can.
      let log = (try? Disk.read(Disk.resolved(path) + "-wal")) ?? []
      guard log.isEmpty || error.saysNoSharedMemory, let bytes = try? Disk.read(path) else { throw error }
      return try reading(copyOf: bytes, log: log)
    }
  }

  /// A database in memory, by way of files elsewhere.
  static func reading(copyOf bytes: [UInt8], log: [UInt8]) throws -> DatabaseQueue {
    let copy = NSTemporaryDirectory() + "run-hyper-\(UUID().uuidString).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { Disk.remove(copy + suffix) } }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: copy))
      try Data(log).write(to: URL(fileURLWithPath: copy + "-wal"))
    } catch {
      throw StorageError(
        location: copy, found: "a file that cannot be written",
        expected: "a writable folder for temporary files (TMPDIR)")
    }
    let memory = try DatabaseQueue()
    try DatabaseQueue(path: copy).backup(to: memory)
    return memory
  }

  static func openForWriting(_ path: String) throws -> Opening {
    let obstacle = Disk.logObstacle(path)
    let database: any DatabaseWriter = try retryingWhenBusy {
      if obstacle != nil { return try openWithRollbackJournal(path) }
      return try DatabasePool(path: path, configuration: try configuration(isReadOnly: false))
    }
    try database.writeWithoutTransaction { db in
      // GRDB sets NORMAL for a write-ahead log, and FULL does not sync the removal of a rollback journal: with either, a power failure
      // may lose the last commits.
      try db.execute(sql: "PRAGMA synchronous = EXTRA")
    }
    let (hasChanged, upgrade) = try database.write { db in
      let schema = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      let upgrade = 0 < schema && schema < Schema.version ? try copy(path, schema: schema) : nil
      return (try migrate(db), upgrade)
    }
    if hasChanged {
      FaultPoint.schemaCommitted.pass()
      // The file identifies itself even if someone copies it without its write-ahead log.
      _ = try? database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    }
    return Opening(database: SQLiteDatabase(database), upgrade: upgrade, logObstacle: obstacle)
  }

  /// Opens a database with a rollback journal; a database in WAL mode is converted.
  private static func openWithRollbackJournal(_ path: String) throws -> DatabaseQueue {
    var configuration = try configuration(isReadOnly: false)
    configuration.prepareDatabase { db in
      // A connection with exclusive access can read the log without shared memory.
      try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
      try db.execute(sql: "PRAGMA journal_mode = DELETE")
      // Takes effect at the end of the next transaction.
      try db.execute(sql: "PRAGMA locking_mode = NORMAL")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    let mode = try queue.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") }
    guard mode == "delete" else { throw DatabaseError(resultCode: .SQLITE_BUSY) }
    return queue
  }

  /// Copies a database unchanged; nobody else can write in the meantime, since the caller holds the lock.
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

  /// Upgrades the tables; returns false if they are up to date.
  static func migrate(_ db: Database) throws -> Bool {
    // Read inside the transaction: another process may have created the tables in the meantime.
    let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard version < Schema.version else { return false }
    for migration in Schema.migrations[Int(version)...] { try db.execute(sql: migration) }
    try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
    try db.execute(sql: "PRAGMA user_version = \(Schema.version)")
    FaultPoint.schemaUncommitted.pass()
    return true
  }

  /// Retries while the file is busy. Two processes that create the same file can both find it busy during the change to
  /// WAL mode, for which SQLite does not wait.
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

  /// Checks whether a file is a study database, without changing it.
  ///
  /// Closing the file after reading its header releases the locks that another store of this process holds on it: POSIX locks belong to
  /// the process. So a process must have only one store per file at a time.
  static func inspect(_ path: String, isNeeded: Bool) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      if isNeeded {
        throw StorageError(
          location: path, found: "no such file",
          expected: "a study database; start a study, or name a database with --storage",
          isAbsence: true)
      }
      return
    }
    if Disk.isFolder(path) {
      throw StorageError(
        location: path, found: "a folder", expected: "a database file; name one with --storage", isAbsence: true)
    }
    let header = try header(of: path)
    if header.isEmpty {
      guard isNeeded else { return }
      throw StorageError(
        location: path, found: "an empty file", expected: "a database with a study; start one first", isAbsence: true)
    }
    guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw StorageError(
        location: path, found: "a file that is not an SQLite database",
        expected: "a study database; name another with --storage")
    }
    let applicationID = header[68..<72].reduce(0) { $0 << 8 | Int32($1) }
    guard applicationID == 0 || applicationID == Schema.applicationID else { throw foreign(path) }

    // The newest header may still be in the write-ahead log, so SQLite has to be asked.
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
      // The process that created the file may have died before it created the tables.
      throw StorageError(
        location: path, found: "a database without tables", expected: "a database with a study; start one first",
        isAbsence: true)
    }
    guard identity == Schema.applicationID else { throw foreign(path) }
    guard version <= Schema.version else {
      throw StorageError(
        location: path, found: "a study database of schema \(version)",
        expected: "at most \(Schema.version); use a newer run-hyper")
    }
    guard version > 0, tables > 0 else {
      throw StorageError(
        location: path, found: "a study database without tables", expected: "a database with a study; start one first",
        isAbsence: true)
    }
  }

  private static func foreign(_ path: String) -> StorageError {
    StorageError(
      location: path, found: "an SQLite database of another program",
      expected: "a study database; name another with --storage")
  }

  private static func header(of path: String) throws -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 100) ?? Data() else {
      throw StorageError(
        location: path, found: "no permission to read", expected: "a readable file, or another --storage")
    }
    return Array(data)
  }
}
