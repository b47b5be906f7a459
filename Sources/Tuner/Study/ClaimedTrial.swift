/// A trial that this process owns until it ends, is released, or is lost.
package struct ClaimedTrial: Sendable {
  package let id: Int64
  package let study: Int64
  package let number: Int
  package let attempt: Int
  package let owner: String
  package let hyperparameters: Hyperparameters

  /// The number of the repeat with another seed; 0 for a trial with the study's seed.
  package let repetition: Int

  /// The newest undamaged state, and the epoch after which it was taken.
  package internal(set) var checkpoint: [UInt8]?
  package internal(set) var checkpointEpoch = 0

  /// What was wrong with newer states.
  package internal(set) var notes: [String] = []

  var lost: TrialLost { TrialLost(trial: number, attempt: attempt) }
}
