import Testing

@testable import Tuner

/// All rows of a study, in all columns that its database has, without the numbers that a database gives: they are replaced by the numbers
/// of trials in the study.
func copiedRows(_ study: Study, in store: StudyStore) throws -> [String] {
  try store.read { db in
    let numbers = Dictionary(
      uniqueKeysWithValues: try db.rows("SELECT id, ordinal FROM trial WHERE study_id = ?", [study.id]).map {
        try ($0["id"] as Int64, $0["ordinal"] as Int)
      })
    func text(_ column: String, _ value: SQLValue, _ row: SQLRow, in table: String) throws -> String {
      switch column {
      case "id", "study_id": return "#"
      case "trial_id", "repeat_of": return try Int64(value).map { "\(try #require(numbers[$0]))" } ?? "NULL"
      case "file" where table == "checkpoint", "from_checkpoint":
        return value.description.replacing("trial-\(try row["trial_id"] as Int64)-", with: "trial-#-")
      default:
        if case .blob(let bytes) = value { return "\(bytes)" }
        return value.description
      }
    }
    return try CopiedTable.all.flatMap { table in
      let contents = table.columns.map(\.content)
      let condition =
        contents.contains(.study)
        ? "study_id = ?"
        : contents.contains(.trial) ? "trial_id IN (SELECT id FROM trial WHERE study_id = ?)" : "id = ?"
      // Of the numbers of checkpoints only the order within a trial means something.
      let order =
        switch table.name {
        case "study", "trial", "decision": "ORDER BY id"
        case "checkpoint": "ORDER BY trial_id, id"
        default: ""
        }
      let rows = try db.rows("SELECT * FROM \(table.name) WHERE \(condition) \(order)", [study.id])
      let texts = try rows.map { row in
        let values = try zip(row.columns, row.values).map { ($0, try text($0, $1, row, in: table.name)) }
        return "\(table.name): "
          + values.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
      }
      return order.isEmpty ? texts.sorted() : texts
    }
  }
}

/// Copies a study in this process; the target stays open.
func copy(
  _ study: Study, in source: StudyStore, to path: String, checkpoints: String? = nil
) throws -> (store: StudyStore, parts: StudyParts) {
  let copy = try StudyCopy(of: study, in: source, to: path) {
    try StudyStore(writing: path, checkpoints: checkpoints)
  }
  return (copy.target, try copy.run())
}
