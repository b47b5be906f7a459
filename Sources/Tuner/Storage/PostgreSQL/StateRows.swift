/// Saved states as rows of a PostgreSQL database.
///
/// A large state is written and read in parts, each in a transaction of its own. So the server never holds a whole one in memory, and other
/// threads use the connection in between. A small one is written in one transaction. Only what takes a connection may be called in a
/// transaction, which has the only one.
struct StateRows: SavedStates {
  /// The size of all parts of a state but the last.
  static let partSize = 1 << 20

  /// The text that states which belong together have in their rows.
  let folder: String

  /// Passed before anything is written, before a state has its name, and when it has.
  let faults: (unwritten: FaultPoint, written: FaultPoint, renamed: FaultPoint)

  let database: PostgreSQLDatabase

  var location: String { "\(database.location), \(folder)" }

  // MARK: - Writing

  func save(_ bytes: [UInt8], as name: String) throws(StorageError) {
    try answering(name) {
      faults.unwritten.pass()
      if bytes.count <= Self.partSize {
        try database.write { try saveAtOnce(bytes, as: name, $0) }
      } else {
        try saveInParts(bytes, as: name)
      }
      faults.renamed.pass()
    }
  }

  func save(_ bytes: [UInt8], as name: String, in db: Connection) throws {
    faults.unwritten.pass()
    try saveAtOnce(bytes, as: name, db)
    faults.renamed.pass()
  }

  private func saveAtOnce(_ bytes: [UInt8], as name: String, _ db: Connection) throws {
    let id = try begin(name, bytes: bytes.count, db)
    for (part, data) in Self.parts(of: bytes).enumerated() { try write(Array(data), part, of: id, name, db) }
    faults.written.pass()
    try finish(id, name, db)
  }

  private static func parts(of bytes: [UInt8]) -> some Sequence<ArraySlice<UInt8>> {
    stride(from: 0, to: bytes.count, by: partSize).lazy.map { bytes[$0..<min($0 + partSize, bytes.count)] }
  }

  private func saveInParts(_ bytes: [UInt8], as name: String) throws {
    let id = try database.write { try begin(name, bytes: bytes.count, $0) }
    do {
      for (part, data) in Self.parts(of: bytes).enumerated() {
        try database.write { try write(Array(data), part, of: id, name, $0) }
      }
      faults.written.pass()
      try database.write { try finish(id, name, $0) }
    } catch {
      // Without a connection it stays, as after a crash.
      if (error as? PostgreSQLError)?.isLost != true {
        try? database.write { try $0.run("DELETE FROM saved_state WHERE id = ? AND NOT complete", [id]) }
      }
      throw error
    }
  }

  /// Makes the row of a state that is not complete yet, and returns its id.
  func begin(_ name: String, bytes: Int, _ db: Connection) throws -> Int64 {
    try db.insert(
      "INSERT INTO saved_state (folder, name, bytes) VALUES (?, ?, ?) RETURNING id",
      [folder, Self.lastPart(of: name) + ".partial", bytes])
  }

  /// Writes a part, which may be there already if a connection was lost.
  func write(_ data: [UInt8], _ part: Int, of id: Int64, _ name: String, _ db: Connection) throws {
    try db.changeRow(
      """
      INSERT INTO saved_state_part (state_id, part, data)
      SELECT id, CAST(? AS bigint), CAST(? AS bytea) FROM saved_state WHERE id = ?
      ON CONFLICT (state_id, part) DO UPDATE SET data = excluded.data
      """, [part, data, id], orElse: removed(name))
  }

  /// Gives a state its name, in place of an earlier one.
  private func finish(_ id: Int64, _ name: String, _ db: Connection) throws {
    let stored = Self.lastPart(of: name)
    // Of two processes that finish a state of this name at once, the second one has to see what the first one did.
    try db.run("SELECT pg_advisory_xact_lock(hashtextextended(CAST(? AS text), 0))", ["\(folder)/\(stored)"])
    try db.run(
      "DELETE FROM saved_state WHERE folder = ? AND name = ? AND complete AND id <> ?", [folder, stored, id])
    try db.changeRow(
      "UPDATE saved_state SET name = ?, complete = true WHERE id = ?", [stored, id], orElse: removed(name))
  }

  private func removed(_ name: String) -> StorageError {
    StorageError(
      location: location(of: name), found: "a state that another process removed while it was written",
      expected: "no other process to work on its trial")
  }

  // MARK: - Reading

  func read(_ name: String) throws(StorageError) -> [UInt8] {
    try answering(name) { try read(name) { try database.read($0) } }
  }

  func read(_ name: String, in db: Connection) throws -> [UInt8] { try read(name) { try $0(db) } }

  /// - Parameter ask: Runs a question for a row, in a transaction of its own or in the caller's.
  private func read(
    _ name: String, _ ask: (_ question: (Connection) throws -> SQLRow?) throws -> SQLRow?
  ) throws -> [UInt8] {
    let row = try ask { db in
      try db.row(
        "SELECT id, bytes FROM saved_state WHERE folder = ? AND name = ? AND complete",
        [folder, Self.lastPart(of: name)])
    }
    guard let row else { throw missing(name, "no such saved state") }
    let (id, count): (Int64, Int) = try (row["id"], row["bytes"])
    var bytes: [UInt8] = []
    var part = 0
    while bytes.count < count {
      let row = try ask { try $0.row("SELECT data FROM saved_state_part WHERE state_id = ? AND part = ?", [id, part]) }
      guard let data: [UInt8] = try row?["data"], !data.isEmpty else {
        throw missing(name, "a saved state without part \(part)")
      }
      bytes += data
      part += 1
    }
    return bytes
  }

  private func missing(_ name: String, _ found: String) -> StorageError {
    StorageError(location: location(of: name), found: found, expected: "the bytes that were written")
  }

  func contains(_ name: String) -> Bool? {
    try? database.read { db in
      try db.value(
        Bool.self, "SELECT EXISTS (SELECT 1 FROM saved_state WHERE folder = ? AND name = ? AND complete)",
        [folder, Self.lastPart(of: name)])
    }
  }

  func list() -> [String] {
    let names = try? database.read { db in
      try db.values(String.self, "SELECT DISTINCT name FROM saved_state WHERE folder = ?", [folder])
    }
    return (names ?? []).sorted()
  }

  // MARK: - Removing

  func remove(_ names: [String]) {
    guard !names.isEmpty else { return }
    try? database.write { db in
      for name in names.map(Self.lastPart(of:)).sorted() {
        try db.run("DELETE FROM saved_state WHERE folder = ? AND name = ?", [folder, name])
      }
    }
  }

  func removeAll() {
    try? database.write { try $0.run("DELETE FROM saved_state WHERE folder = ?", [folder]) }
  }

  /// Runs `work` and turns whatever it throws into a `StorageError` with the state's place.
  private func answering<Value>(_ name: String, _ work: () throws -> Value) throws(StorageError) -> Value {
    do { return try storing(in: location(of: name), work) } catch {
      throw error as? StorageError
        ?? StorageError(location: location(of: name), found: "\(error)", expected: "a state in the database")
    }
  }
}
