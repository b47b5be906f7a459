/// The rows of a study, as a transaction that only reads sees them.
///
/// They are read in parts that fit in memory, and no part is written before it has been read: so an error is always the source's.
struct StudySnapshot {
  let store: StudyStore
  let study: Study
  let db: Connection

  /// A rough limit for the bytes of a part, beyond which it has a single trial.
  private static let partSize = 8 << 20

  /// A rough size of a row without ranks.
  private static let rowSize = 400

  /// The most trials of a part.
  private static let largestPart = 256

  /// The most decisions of a part.
  private static let decisionLimit = 8192

  /// The row, or the rows, of the study itself.
  func rows(of table: CopiedTable) throws -> [SQLRow] {
    let key = table.columns.first { [.number, .study].contains($0.content) }?.name ?? "id"
    return try rows("SELECT \(Self.list(table)) FROM \(table.name) WHERE \(key) = ?", [study.id])
  }

  /// The numbers of the trials, in order, in parts: the first and the last number of each.
  func parts() throws -> [ClosedRange<Int64>] {
    let trials = try rows(
      """
      SELECT id, (SELECT count(*) FROM observation WHERE trial_id = trial.id) AS observations,
        (SELECT coalesce(sum(length(ranks) + coalesce(length(other_ranks), 0)), 0) FROM user_rank WHERE trial_id = trial.id) AS bytes
      FROM trial WHERE study_id = ? ORDER BY id
      """, [study.id])
    var parts: [ClosedRange<Int64>] = []
    var (size, count) = (0, 0)
    for trial in trials {
      let (id, observations, bytes): (Int64, Int, Int) = try (trial["id"], trial["observations"], trial["bytes"])
      let own = observations * Self.rowSize + bytes
      if let last = parts.last, size + own <= Self.partSize, count < Self.largestPart {
        parts[parts.count - 1] = last.lowerBound...id
        (size, count) = (size + own, count + 1)
      } else {
        parts.append(id...id)
        (size, count) = (own, 1)
      }
    }
    return parts
  }

  /// The trials of a part, in the order of their numbers.
  func trials(in part: ClosedRange<Int64>) throws -> [SQLRow] {
    let sql = "SELECT \(Self.list(.trial)) FROM trial WHERE \(Self.isInPart) ORDER BY id"
    return try rows(sql, [study.id, part.lowerBound, part.upperBound])
  }

  /// The rows that belong to the trials of a part, in the order of the trials, and of their own numbers if they have any.
  func rows(of table: CopiedTable, in part: ClosedRange<Int64>) throws -> [SQLRow] {
    let order = ["trial_id"] + table.columns.filter { $0.content == .number }.map(\.name)
    return try rows(
      """
      SELECT \(Self.list(table)) FROM \(table.name) WHERE trial_id IN (SELECT id FROM trial WHERE \(Self.isInPart))
      ORDER BY \(order.joined(separator: ", "))
      """, [study.id, part.lowerBound, part.upperBound])
  }

  /// Whether a trial is one of a part; the arguments are the study, the first and the last number.
  ///
  /// The sum makes SQLite look at these numbers only, instead of an index that has all trials of the study.
  private static let isInPart = "study_id + 0 = ? AND id BETWEEN ? AND ?"

  /// The next decisions after one of them, in order; none after the last.
  func decisions(after number: Int64) throws -> [SQLRow] {
    // The sum makes SQLite go by the numbers, which are in order, instead of sorting what an index has.
    let sql = "SELECT \(Self.list(.decision)) FROM decision WHERE study_id + 0 = ? AND id > ? ORDER BY id LIMIT ?"
    return try rows(sql, [study.id, number, Self.decisionLimit])
  }

  private static func list(_ table: CopiedTable) -> String {
    table.columns.map { "\(table.name).\($0.name)" }.joined(separator: ", ")
  }

  private func rows(_ sql: String, _ arguments: Connection.Arguments) throws -> [SQLRow] {
    try storing(in: store.path) { try db.rows(sql, arguments) }
  }

  // MARK: - Saved states

  /// The bytes of a state, which are those that were registered.
  ///
  /// Throws a `StorageError` if they are missing or others.
  ///
  /// - Parameter row: A row of `checkpoint` or `weights`.
  /// - Parameter remedy: What to do if they are in a folder and are not what was written.
  func state(
    _ row: SQLRow, in place: any SavedStates,
    remedy: String =
      "the study must not run meanwhile; a run of it replaces a damaged checkpoint, but not weights"
  ) throws -> [UInt8] {
    let (name, count, hash): (String, Int, String) = try storing(in: store.path) {
      try (row["file"], row["bytes"], row["sha256"])
    }
    func unusable(_ found: String) -> StorageError {
      let remedy =
        store.states.isInDatabase
        ? "name their folder with --checkpoints if they are in one"
        : remedy
      return StorageError(
        location: place.location(of: name), found: found,
        expected: "the \(count) bytes that were written; \(remedy)")
    }
    let bytes: [UInt8]
    do { bytes = try storing(in: store.path) { try place.read(name, in: db) } } catch let error as StorageError
      where error.location == place.location(of: name)
    {
      throw unusable(error.found)
    }
    guard bytes.count == count else { throw unusable("\(bytes.count) bytes") }
    guard sha256(bytes) == hash else { throw unusable("bytes that do not match the stored SHA-256") }
    return bytes
  }
}
