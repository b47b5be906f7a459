import GRDB

/// An open SQLite file, or one in memory.
final class SQLiteDatabase: Sendable {
  let writer: any DatabaseWriter

  init(_ writer: any DatabaseWriter) { self.writer = writer }

  /// Runs `work` on a snapshot.
  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try writer.read { try work(Connection($0)) }
  }

  /// Runs `work` in an immediate transaction.
  func write<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try writer.write { try work(Connection($0)) }
  }

  /// Moves the contents of the write-ahead log into the file.
  func emptyLog() throws { _ = try writer.writeWithoutTransaction { db in try db.checkpoint(.truncate) } }

  func close() throws { try writer.close() }
}
