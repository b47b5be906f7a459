import GRDB

/// An open SQLite file, or one in memory.
final class SQLiteDatabase: StudyDatabase {
  let writer: any DatabaseWriter
  let connectionCount = 1

  init(_ writer: any DatabaseWriter) { self.writer = writer }

  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try writer.read { try work(Connection(SQLiteSession($0))) }
  }

  /// Runs `work` in an immediate transaction: no other process writes in the meantime.
  func write<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try writer.write { try work(Connection(SQLiteSession($0))) }
  }

  /// Whether it is a copy of a file, made when that was opened, which shows nothing of what happens afterwards.
  var isInMemory: Bool { writer.path == ":memory:" }

  /// Moves the contents of the write-ahead log into the file.
  func emptyLog() throws { _ = try writer.writeWithoutTransaction { db in try db.checkpoint(.truncate) } }

  /// A file is always there, or never.
  func attend(isStopping: @escaping @Sendable () -> Bool, onNotice: @escaping @Sendable (String) -> Void) {}

  func close() throws { try writer.close() }
}
