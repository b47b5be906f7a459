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
    var verification = Verification(
      database: sqlite == nil ? [try serverSchema()] : try [integrity(), foreignKeys(), schema()])
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
  func answer(_ name: String, _ body: (inout Verification.Check) throws -> Void) throws -> Verification.Check {
    var check = Verification.Check(name)
    do {
      try body(&check)
    } catch let error as UnexpectedRow {
      let error = StorageError(error, location: path)
      check.fail(error.location, found: error.found, expected: error.expected)
    } catch let error as StorageError {
      check.fail(error.location, found: error.found, expected: error.expected)
    } catch let error as SearchSpaceError {
      for problem in error.problems {
        check.fail(problem.location, found: problem.found, expected: problem.expected)
      }
    } catch {
      guard let message = Self.databaseMessage(of: error) else { throw error }
      check.fail(path, found: message, expected: "readable rows")
    }
    return check
  }

  // MARK: - The file

  /// Checks the assumptions made when a study is read.
  private func studyRows() throws -> Verification.Check {
    try answer("studies") { check in
      let rows = try read { db in
        try db.rows(
          """
          SELECT name, sampler, scheduler,
            EXISTS (SELECT 1 FROM \(db.dialect.members(of: "fixed_configuration")) WHERE NOT is_text) AS is_odd
          FROM study ORDER BY id
          """)
      }
      for row in rows {
        let place = "study '\(try row["name"] as String)'"
        let (sampler, pruner): (String, String) = try (row["sampler"], row["scheduler"])
        if try row["is_odd"] {
          check.fail(place, found: "a fixed setting that is not text", expected: "settings as canonical text")
        }
        if Sampling(rawValue: sampler) == nil {
          check.fail(place, found: "sampler '\(sampler)'", expected: "a sampler of this program")
        }
        if Pruner(pruner) == nil {
          check.fail(place, found: "pruner '\(pruner)'", expected: "a pruner of this program")
        }
      }
      check.summary = "\(rows.count) in the database"
    }
  }
}
