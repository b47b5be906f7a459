/// The trial was given to another worker, which took this one for dead; the remaining work of this one is discarded.
public struct TrialLost: Error, Equatable, Sendable, CustomStringConvertible {
  public let trial: Int
  public let attempt: Int

  package init(trial: Int, attempt: Int) {
    self.trial = trial
    self.attempt = attempt
  }

  public var description: String { "trial \(trial): attempt \(attempt) was taken over by another process" }
}
