import Literals

/// The machine of this process, as the record of attempts names it; its host is known anyway.
public struct Machine: Sendable {
  /// The CPU's model.
  public let cpu: String

  /// The instruction set that results are computed with.
  public let instructionSet: String

  /// The job of a cluster's scheduler that this process runs in, such as `12_3`; `nil` outside a job.
  public let job: String?

  /// Whether results of another instruction set have the same bits.
  let haveSameBits: @Sendable (_ other: String) -> Bool

  /// Whether this process takes trials of a study whose results may have other bits.
  let isMixed: Bool

  public init(
    cpu: String, instructionSet: String, job: String? = nil, isMixed: Bool,
    haveSameBits: @escaping @Sendable (_ other: String) -> Bool
  ) {
    self.cpu = cpu
    self.instructionSet = instructionSet
    self.job = job
    self.isMixed = isMixed
    self.haveSameBits = haveSameBits
  }
}

/// The machine of an attempt.
public struct AttemptMachine: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  public let cpu: String
  public let instructionSet: String

  /// The machine in words.
  public var description: String { "\(host) (\(cpu), \(instructionSet))" }
}

/// A study with results that this machine might have computed with other bits.
public struct MixedMachines: Error, Equatable, Sendable, CustomStringConvertible {
  /// A machine, and how many trials build on an attempt of it.
  public struct Part: Equatable, Sendable, CustomStringConvertible {
    public let machine: AttemptMachine
    public let trialCount: Int

    public var description: String { "\(machine): \(trialCount) \(trialCount == 1 ? "trial" : "trials")" }
  }

  public let study: String

  /// The machines with other bits, those with the most trials first.
  public let others: [Part]

  /// The machine of this process.
  public let own: AttemptMachine

  /// One line that says what to do, followed by one line per machine.
  public var description: String {
    let lines = others.map { "  \($0.description.inMessage)" } + ["  \("\(own)".inMessage): this machine"]
    return
      ([
        "study '\(study.inMessage)' has results of machines whose last bits may differ from this one's; "
          + "run it on such a machine, use another name (--study=NAME), or accept the difference (--mixed_machines)"
      ] + lines).joined(separator: "\n")
  }
}
