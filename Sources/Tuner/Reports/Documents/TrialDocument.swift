import Literals

/// Everything that is known about a trial, for programs; numbers that are not finite are missing.
package struct TrialDocument: Encodable, Sendable {
  private struct Attempt: Encodable {
    let attempt, fromEpoch: Int
    let owner, started: String
    let ended, ending, note: String?
    let host, cpu, instructionSet, job: String?
    let process, worker: Int?
    let seconds: Double?
  }

  /// A parameter's value with its type.
  private struct Value: Encodable {
    let value: Literal

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch value {
      case .null: try container.encodeNil()
      case .boolean(let flag): try container.encode(flag)
      case .integer(let integer): try container.encode(integer)
      case .number(let number): try container.encode(Optional(number).finite)
      case .text(let text): try container.encode(text)
      case .list(let values): try container.encode(values.map(Value.init))
      case .map(let values): try container.encode(values.mapValues(Value.init))
      }
    }
  }

  private struct Rung: Encodable {
    let epoch, bracket: Int
    let value: Double?
    let decision, at, pruner: String
    let rank, of: Int?
  }

  private struct Point: Encodable {
    let epoch: Int
    let metric: String
    let value: Double?
  }

  private let study, state: String
  private let trial: Int
  private let shelved: Bool
  private let parameters: [String: Value]
  private let value: Double?
  private let bestEpoch: Int?

  /// The share of the training samples in an epoch; missing if it is 1.
  private let epochFraction: Double?
  private let trainingSeconds, costTflop: Double?
  private let interval: [Double]?
  private let started, finished, failureKind, failureMessage: String?
  private let metrics: [String: [String: Double?]]
  private let attempts: [Attempt]
  private let rungs: [Rung]
  private let repeats, seed: Int?
  private let command: String?
  private let curve: [Point]

  /// - Parameter command: What trains the trial again; `nil` if nothing does.
  package init(_ story: TrialStory, trainedBy command: String? = nil) {
    self.command = command
    study = story.study
    state = story.state.rawValue
    trial = story.trial
    shelved = story.isShelved
    parameters = Dictionary(story.hyperparameters.pairs.map { ($0.name, Value(value: $0.value)) }) { $1 }
    value = story.value.finite
    bestEpoch = story.bestEpoch
    epochFraction = story.epochShare?.fraction
    trainingSeconds = Optional(story.trainingSeconds).finite
    costTflop = story.cost.map { $0 / 1e12 }.finite
    interval = story.interval.map { [$0.low, $0.high] }
    started = story.startedAt
    finished = story.finishedAt
    failureKind = story.failureKind
    failureMessage = story.failureMessage
    metrics = Dictionary(grouping: story.metrics, by: \.split).mapValues { metrics in
      Dictionary(metrics.map { ($0.name, $0.value.finite) }) { $1 }
    }
    attempts = story.attempts.map {
      Attempt(
        attempt: $0.number, fromEpoch: $0.fromEpoch, owner: $0.owner, started: $0.startedAt, ended: $0.endedAt,
        ending: $0.ending, note: $0.note, host: $0.machine?.host ?? $0.ownerParts?.host,
        cpu: $0.machine?.cpu, instructionSet: $0.machine?.instructionSet, job: $0.job,
        process: $0.ownerParts?.process, worker: $0.ownerParts?.worker,
        seconds: Optional($0.seconds).finite)
    }
    rungs = story.rungs.map {
      Rung(
        epoch: $0.decision.epoch, bracket: $0.decision.bracket, value: $0.decision.value.finite,
        decision: $0.decision.action.rawValue, at: $0.decidedAt, pruner: $0.pruner, rank: $0.rank, of: $0.count)
    }
    repeats = story.repeated?.trial
    seed = story.repeated?.seed
    curve = story.curve.map { Point(epoch: $0.epoch, metric: $0.metric, value: $0.value.finite) }
  }
}
