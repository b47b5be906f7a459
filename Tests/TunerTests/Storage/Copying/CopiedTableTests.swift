import Testing

@testable import Tuner

/// Nothing that the schema has is forgotten by a copy.
@Suite struct CopiedTableTests {
  private static let columns = Dictionary(
    uniqueKeysWithValues: CopiedTable.all.map { ($0.name, Set($0.columns.map(\.name))) })

  /// What SQLite says of a new file's tables, as a list of rows.
  private static func ask(_ question: String) throws -> [[String]] {
    let folder = Folder()
    try StudyStore(writing: folder.database).close()
    return try sqlite(folder.database, question).split(separator: "\n").map { row in
      row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func `Every table and column of a file is copied`() throws {
    let columns = try Self.ask(
      """
      SELECT relation.name, field.name FROM sqlite_master AS relation JOIN pragma_table_info(relation.name) AS field
      WHERE relation.type = 'table'
      """)
    #expect(Self.tables(columns.map { ($0[0], $0[1]) }) == Self.columns)
  }

  @Test func `A column that refers to a study or a trial gets the number in the target`() throws {
    let references = try Self.ask(
      """
      SELECT relation.name, key."from", key."table", key."to"
      FROM sqlite_master AS relation JOIN pragma_foreign_key_list(relation.name) AS key WHERE relation.type = 'table'
      """)
    #expect(references.count > 10)
    for reference in references {
      let table = try #require(CopiedTable.all.first { $0.name == reference[0] })
      let content = table.columns.first { $0.name == reference[1] }?.content
      switch (reference[2], reference[3]) {
      case ("study", "id"): #expect(content == .study, "\(reference)")
      case ("trial", "id"), ("attempt", "trial_id"): #expect(content == .trial, "\(reference)")
      case ("attempt", "attempt"): #expect(content == .value, "\(reference)")
      default: Issue.record("\(reference), which no copy knows")
      }
    }
  }

  @Test(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
  func `Every table and column of a server is copied, or belongs to no study`() throws {
    let store = try StudyStore(writing: PostgreSQLServer.shared.newDatabase())
    let found = try store.read { db in
      try db.rows(
        """
        SELECT CAST(table_name AS text) AS relation, CAST(column_name AS text) AS name
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'run_hyper' AND table_type = 'BASE TABLE'
        """)
    }
    var tables = Self.tables(try found.map { try ($0["relation"], $0["name"]) })
    for other in CopiedTable.others { #expect(tables.removeValue(forKey: other) != nil, "\(other)") }
    #expect(tables == Self.columns)
  }

  private static func tables(_ columns: [(table: String, name: String)]) -> [String: Set<String>] {
    columns.reduce(into: [:]) { $0[$1.table, default: []].insert($1.name) }
  }
}
