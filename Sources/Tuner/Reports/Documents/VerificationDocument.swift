/// The result of checking a database, for programs.
package struct VerificationDocument: Encodable, Sendable {
  private struct Problem: Encodable {
    let place, found, expected: String
  }

  private struct Check: Encodable {
    let check, summary: String
    let isSound: Bool
    let problems: [Problem]
    let notes: [String]

    init(_ check: Verification.Check) {
      self.check = check.name
      summary = check.summary
      isSound = check.isSound
      problems = check.problems.map { Problem(place: $0.place, found: $0.found, expected: $0.expected) }
      notes = check.notes
    }
  }

  private struct Study: Encodable {
    let study: String
    let checks: [Check]
  }

  private let isSound: Bool
  private let problems: Int
  private let database: [Check]
  private let studies: [Study]

  package init(_ verification: Verification) {
    problems = verification.problemCount
    isSound = problems == 0
    database = verification.database.map(Check.init)
    studies = verification.studies.map { Study(study: $0.study, checks: $0.checks.map(Check.init)) }
  }
}
