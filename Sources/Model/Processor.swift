import Kernels

/// The CPU that trains, and the instructions that it trains with.
public struct Processor: Sendable, Equatable {
  /// The CPU's model, such as `AMD EPYC 9654 96-Core Processor`.
  public let name: String

  /// What the numeric code is compiled for, such as `x86-64-v3`.
  ///
  /// For a CPU without fused multiply-adds it says so, since the C library then computes in another way.
  public let instructionSet: String

  /// The instructions that the numeric code is compiled for and this CPU lacks, such as `avx2`; where there are any, it cannot train.
  public let missing: [String]

  /// Why it cannot train in BF16, such as `a CPU without avx512_bf16 (AMD EPYC 7763)`; `nil` if it can.
  public let bfloat16Obstacle: String?

  /// - Parameter information: What `/proc/cpuinfo` says.
  public init(information: String) {
    self.init(
      information: information, compiledFor: InstructionSet.name, flags: InstructionSet.flags,
      bfloat16: InstructionSet.hasBFloat16)
  }

  init(
    information: String, compiledFor instructionSet: String, flags needed: String = "",
    bfloat16 hasBFloat16: Bool = false
  ) {
    var values: [Substring: String] = [:]
    for line in information.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].trimmingSuffix(while: \.isWhitespace)
      if values[key] == nil { values[key] = line[colon...].dropFirst().split(separator: " ").joined(separator: " ") }
    }
    // ARM has numbers in place of a name.
    let numbers = ["CPU implementer", "CPU part"].compactMap { key in values[key[...]].map { "\(key) \($0)" } }
    name = values["model name"] ?? (numbers.isEmpty ? "unknown CPU" : numbers.joined(separator: ", "))
    let flags = Set((values["flags"] ?? "").split(separator: " "))
    let isOld = instructionSet == "x86-64" && !flags.isSuperset(of: ["fma", "avx2"])
    self.instructionSet = isOld ? "x86-64 without FMA" : instructionSet
    // Without a list of flags, nothing is known.
    missing = flags.isEmpty ? [] : needed.split(separator: " ").filter { !flags.contains($0) }.map(String.init)
    bfloat16Obstacle =
      if !flags.contains("avx512_bf16") {
        "a CPU without avx512_bf16 (\(name))"
      } else if !hasBFloat16 {
        "a program compiled for CPUs without avx512_bf16 (RUN_HYPER_CPU)"
      } else {
        nil
      }
  }

  /// Whether the same configuration has the same bits with both instruction sets.
  ///
  /// The kernels give the same bits on every x86-64, whatever they are compiled for. The C library's `exp`, `log` and `cos`, which take
  /// part in initial weights, losses and proposals, do not: for CPUs with fused multiply-adds, glibc has other variants of them. Other
  /// architectures have not been measured.
  public static func haveSameBits(_ first: String, _ second: String) -> Bool {
    let fused: Set = ["x86-64", "x86-64-v3", "x86-64-v4"]
    return first == second || (fused.contains(first) && fused.contains(second))
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}
