/// What was copied with a study, for programs.
package struct CopyDocument: Encodable, Sendable {
  private let copied, to: String
  private let trials, checkpoints: Int
  private let weightsOfTrial: Int?

  /// - Parameter target: The database with the copy, without a password.
  package init(_ study: StudyParts, to target: String) {
    copied = study.name
    to = target
    trials = study.trials
    checkpoints = study.checkpoints
    weightsOfTrial = study.weightsOfTrial
  }
}
