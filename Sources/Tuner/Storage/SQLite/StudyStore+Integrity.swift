import GRDB

/// Checks of the file itself, by SQLite's own means.
extension StudyStore {
  func integrity() throws -> Verification.Check {
    var check = try answer("integrity") { check in
      // The check first reports its findings, and may then fail.
      try read { db in
        try db.each("PRAGMA integrity_check") { row in
          let line = try row.value(String.self)
          if line != "ok" { check.fail(path, found: line, expected: "an undamaged database; restore a copy") }
        }
      }
    }
    check.summary = "every page, index and constraint (PRAGMA integrity_check)"
    return check
  }

  func foreignKeys() throws -> Verification.Check {
    var check = try answer("references") { check in
      for row in try read({ try $0.rows("PRAGMA foreign_key_check") }) {
        let (table, parent): (String, String) = try (row["table"], row["parent"])
        let number = try (row["rowid"] as Int64?).map { " \($0)" } ?? ""
        check.fail(
          "table \(table)", found: "a row\(number) that refers to a missing \(parent)",
          expected: "rows of existing trials and studies only")
      }
    }
    check.summary = "every row belongs to a trial and a study (PRAGMA foreign_key_check)"
    return check
  }

  func schema() throws -> Verification.Check {
    try answer("schema") { check in
      let (identity, version, found) = try read { db in
        (
          try db.value(Int.self, "PRAGMA application_id") ?? 0,
          try db.value(Int.self, "PRAGMA user_version") ?? 0, try Self.definitions(db)
        )
      }
      if identity != Schema.applicationID {
        check.fail(path, found: "application_id \(identity)", expected: "\(Schema.applicationID), run-hyper's")
      }
      if version != Schema.version {
        check.fail(path, found: "user_version \(version)", expected: "\(Schema.version)")
      }
      // The tables of this version, created for comparison.
      let expected = try SQLiteDatabase(DatabaseQueue()).write { fresh in
        for migration in Schema.migrations { try fresh.script(migration) }
        return try Self.definitions(fresh)
      }
      for (name, sql) in expected.sorted(by: { $0.key < $1.key }) where found[name] != sql {
        check.fail(
          name, found: found[name] == nil ? "no such table, index or view" : "a different definition",
          expected: "the one of schema \(Schema.version)")
      }
      check.summary = "schema \(version), \(expected.count) tables, indexes and views unchanged"
    }
  }

  /// The statements that created tables, indexes and views, by name.
  private static func definitions(_ db: Connection) throws -> [String: String] {
    let rows = try db.rows("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return Dictionary(try rows.map { try ($0["name"], $0["sql"]) }) { $1 }
  }
}
