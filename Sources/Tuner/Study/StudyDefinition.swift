import Crypto
import Foundation
import Literals

/// Which values of the objective are better.
public enum Direction: String, Sendable, Codable {
  case maximize, minimize

  /// Whether `a` is better than `b`.
  public func prefers(_ a: Double, to b: Double) -> Bool { self == .maximize ? a > b : a < b }
}

/// What a study is made of, apart from its trials.
public struct StudyDefinition: Sendable {
  /// A setting that all trials share.
  public struct Setting: Sendable, Hashable {
    public let key: String

    /// The value in canonical text.
    public let value: String

    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  public var name: String
  public var model: String
  public var dataset: String

  /// A hash of everything that is read from the dataset's files.
  public var datasetHash: String

  /// The search space as its file has it.
  public var searchSpace: String

  /// Every setting that can change a trial's numbers and is not tuned.
  public var fixedConfiguration: [Setting]

  /// The command that made the study, as JSON; kept and given back, never read here.
  public var invocation: String

  /// Goes up when the same configuration gives other numbers than before.
  public var numericVersion: Int

  /// The order in which cells are chosen; so far always `grid`.
  public var sampler: String
  public var seed: Int

  /// The metric to tune, such as `mrr@10` on the validation split.
  public var metric: String
  public var direction: Direction

  public init(
    name: String, model: String, dataset: String, datasetHash: String, searchSpace: String,
    fixedConfiguration: [Setting],
    invocation: String, numericVersion: Int, sampler: String = "grid", seed: Int, metric: String,
    direction: Direction = .maximize
  ) {
    self.name = name
    self.model = model
    self.dataset = dataset
    self.datasetHash = datasetHash
    self.searchSpace = searchSpace
    self.fixedConfiguration = fixedConfiguration
    self.invocation = invocation
    self.numericVersion = numericVersion
    self.sampler = sampler
    self.seed = seed
    self.metric = metric
    self.direction = direction
  }

  /// SHA-256 over the fixed settings, whatever their order.
  public var fixedConfigurationHash: String {
    let members = fixedConfiguration.sorted { $0.key < $1.key }
    return sha256(Array(members.map { "\(JSON.string($0.key))=\(JSON.string($0.value))\n" }.joined().utf8))
  }

  /// What tells a trial from every other: its hyperparameters and all that its numbers depend on.
  func fingerprint(of hyperparameters: Hyperparameters) -> String {
    let text = """
      \(hyperparameters.canonical)
      dataset \(datasetHash)
      fixed \(fixedConfigurationHash)
      seed \(seed)
      numeric version \(numericVersion)
      """
    return sha256(Array(text.utf8))
  }
}

/// SHA-256 in hexadecimal.
func sha256(_ bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { byte in
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }.joined()
}

/// A study in a store.
public struct Study: Sendable {
  public let id: Int64
  public let definition: StudyDefinition

  /// The time in UTC, `2026-01-31T12:00:00.000Z`.
  public let createdAt: String

  public var name: String { definition.name }
}

/// How a trial stands.
public enum TrialState: String, Sendable, Codable, CaseIterable {
  case pending, running, completed, pruned, diverged, failed

  /// Whether nothing more happens to the trial by itself.
  public var isEnded: Bool { self != .pending && self != .running }
}

/// How many of a study's trials stand where; shelved trials count only as shelved.
public struct StudyCounts: Sendable, Equatable {
  public var pending = 0
  public var running = 0
  public var completed = 0
  public var pruned = 0
  public var diverged = 0
  public var failed = 0

  /// Trials whose cell is no longer in the search space; they come back with it.
  public var shelved = 0

  public init() {}

  public var total: Int { pending + running + ended }
  public var ended: Int { completed + pruned + diverged + failed }

  mutating func add(_ count: Int, to state: TrialState) {
    switch state {
    case .pending: pending += count
    case .running: running += count
    case .completed: completed += count
    case .pruned: pruned += count
    case .diverged: diverged += count
    case .failed: failed += count
    }
  }
}

/// A study for a list of studies.
public struct StudySummary: Sendable {
  public let study: Study
  public let counts: StudyCounts

  /// The best trial so far and its value.
  public let best: (trial: Int, value: Double)?
}

/// A known study was asked to go on with another identity.
public struct StudyMismatch: Error, Equatable, Sendable, CustomStringConvertible {
  /// Something that is not as it was.
  public struct Difference: Equatable, Sendable {
    public let what: String
    public let stored: String
    public let given: String
  }

  public let study: String
  public let differences: [Difference]

  /// A line that says what to do, then one for each difference.
  public var description: String {
    let lines = differences.map { "  \($0.what): \($0.stored) in the study, \($0.given) now" }
    return
      ([
        "study '\(study)' was begun with other settings; "
          + "give this one a name with --study=OTHERNAME or undo the changes"
      ] + lines)
      .joined(separator: "\n")
  }
}
