/// Trials of a study, as a condition of statements: `trial_id IN (\(selection.sql))`.
struct TrialSelection {
  /// SQL that gives the trials' ids.
  let sql: String
  let arguments: Connection.Arguments

  /// All trials, those that repeat others included.
  init(allOf study: Int64) { (sql, arguments) = ("SELECT id FROM trial WHERE study_id = ?", [study]) }

  /// The trials that a leaderboard ranks.
  ///
  /// - Parameter states: Only trials in one of these states; by default, in any.
  init(of study: Int64, in states: [TrialState] = TrialState.allCases) {
    let names = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let condition = states == TrialState.allCases ? "" : " AND state IN (\(names))"
    sql = "SELECT id FROM trial WHERE study_id = ? AND \(StudyStore.contender)\(condition)"
    arguments = [study]
  }

  init(_ ids: [Int64], _ dialect: Dialect) {
    // One argument, however many they are.
    (sql, arguments) = (dialect.listed, ["[\(ids.map(String.init).joined(separator: ","))]"])
  }
}
