import Foundation
import GRDB
import Literals

extension StudyStore {
  /// Checks the database and the files next to it, without changing anything.
  ///
  /// Everything that can be recomputed is recomputed: fingerprints, cells, best values, metrics, decisions, hashes. Studies may be
  /// running at the same time.
  ///
  /// - Parameter name: The study to check, or `nil` for all.
  /// - Parameter rules: How metrics and data depend on the configuration.
  public func verify(_ name: String? = nil, rules: VerificationRules = VerificationRules()) throws -> Verification {
    var verification = Verification(database: try [integrity(), foreignKeys(), schema()])
    // The rows of a damaged database cannot be trusted, so checking them would be meaningless.
    guard verification.database[0].isSound else { return verification }
    verification.database.append(try studyRows())
    guard verification.database.last?.isSound == true else { return verification }
    let studies = try read { db in
      try name.map { try Self.fetchStudies(db, where: "name = ?", [$0]) } ?? Self.fetchStudies(db)
    }
    for study in studies {
      var checks = try read { db in
        // In one transaction, a running study does not change between the checks.
        let contents = try StudyContents(study, db)
        return [
          try answer("cells") { try contents.checkCells(&$0, where: rules.isPossible(study.definition)) },
          try answer("configurations") { contents.checkConfigurations(&$0) },
          try answer("states") { try contents.checkStates(&$0, self, db) },
          try answer("attempts") { try contents.checkAttempts(&$0, db) },
          try answer("curves") { try contents.checkCurves(&$0, rules, db) },
          try answer("results") { try contents.checkResults(&$0, rules, db) },
          try answer("pruning") { try contents.checkPruning(&$0, db) },
        ]
      }
      checks.append(try answer("checkpoints") { try checkCheckpoints(of: study, &$0) })
      checks.append(try answer("weights") { try checkWeights(of: study, rules, &$0) })
      verification.studies.append(Verification.StudyChecks(study: study.name, checks: checks))
    }
    verification.database.append(try answer("files") { try checkOrphans(&$0) })
    return verification
  }

  /// Runs a check; unreadable rows or an unreadable search space are findings, too.
  private func answer(_ name: String, _ body: (inout Verification.Check) throws -> Void) throws -> Verification.Check {
    var check = Verification.Check(name)
    do {
      try body(&check)
    } catch let error as DatabaseError {
      check.fail(path, found: error.message ?? "error \(error.resultCode.rawValue)", expected: "readable rows")
    } catch let error as StorageError {
      check.fail(error.location, found: error.found, expected: error.expected)
    } catch let error as SearchSpaceError {
      for problem in error.problems {
        check.fail(problem.location, found: problem.found, expected: problem.expected)
      }
    }
    return check
  }

  // MARK: - The file

  private func integrity() throws -> Verification.Check {
    var check = try answer("integrity") { check in
      // The check first reports its findings, and may then fail.
      try read { db in
        let lines = try String.fetchCursor(db, sql: "PRAGMA integrity_check")
        while let line = try lines.next() {
          if line != "ok" { check.fail(path, found: line, expected: "an undamaged database; restore a copy") }
        }
      }
    }
    check.summary = "every page, index and constraint (PRAGMA integrity_check)"
    return check
  }

  private func foreignKeys() throws -> Verification.Check {
    var check = try answer("references") { check in
      for row in try read({ try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }) {
        let (table, parent): (String, String) = (row["table"], row["parent"])
        let number = (row["rowid"] as Int64?).map { " \($0)" } ?? ""
        check.fail(
          "table \(table)", found: "a row\(number) that refers to a missing \(parent)",
          expected: "rows of existing trials and studies only")
      }
    }
    check.summary = "every row belongs to a trial and a study (PRAGMA foreign_key_check)"
    return check
  }

  private func schema() throws -> Verification.Check {
    try answer("schema") { check in
      let (identity, version, found) = try read { db in
        (
          try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
          try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0, try Self.definitions(db)
        )
      }
      if identity != Schema.applicationID {
        check.fail(path, found: "application_id \(identity)", expected: "\(Schema.applicationID), run-hyper's")
      }
      if version != Schema.version {
        check.fail(path, found: "user_version \(version)", expected: "\(Schema.version)")
      }
      // The tables of this version, created for comparison.
      let expected = try DatabaseQueue().write { fresh in
        for migration in Schema.migrations { try fresh.execute(sql: migration) }
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
  private static func definitions(_ db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return Dictionary(rows.map { ($0["name"], $0["sql"]) }) { $1 }
  }

  /// Checks the assumptions made when a study is read.
  private func studyRows() throws -> Verification.Check {
    try answer("studies") { check in
      let sql = """
        SELECT name, sampler, scheduler,
          EXISTS (SELECT 1 FROM json_each(fixed_configuration) WHERE type <> 'text') AS is_odd
        FROM study ORDER BY id
        """
      let rows = try read { try Row.fetchAll($0, sql: sql) }
      for row in rows {
        let place = "study '\(row["name"] as String)'"
        let (sampler, scheduler): (String, String) = (row["sampler"], row["scheduler"])
        if row["is_odd"] {
          check.fail(place, found: "a fixed setting that is not text", expected: "settings as canonical text")
        }
        if Sampling(rawValue: sampler) == nil {
          check.fail(place, found: "sampler '\(sampler)'", expected: "a sampler of this program")
        }
        if Pruner(scheduler) == nil {
          check.fail(place, found: "scheduler '\(scheduler)'", expected: "a scheduler of this program")
        }
      }
      check.summary = "\(rows.count) in the database"
    }
  }
}
