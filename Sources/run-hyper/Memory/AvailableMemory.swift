import Foundation
import Literals

/// How much memory this process may still take, in bytes.
package struct AvailableMemory: Sendable {
  package let bytes: Double

  /// What sets the limit, for messages.
  package let source: String

  package init(bytes: Double, source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// The minimum of the machine's free memory, the rest of the control group's limit (as set by Slurm and containers), and the rest
  /// of the total that RUN_HYPER_MEMORY_MB allows this process, or else the job that Slurm runs it in.
  ///
  /// - Throws: When RUN_HYPER_MEMORY_MB is not a size.
  static func now() throws(CommandError) -> AvailableMemory {
    var limits = [machine].compactMap { $0 } + controlGroups
    if let text = ProcessInfo.processInfo.environment["RUN_HYPER_MEMORY_MB"] {
      guard let megabytes = Double(text), (1...1e9).contains(megabytes) else {
        throw .input("RUN_HYPER_MEMORY_MB: found '\(text.inMessage)'; expected a number of megabytes, at least 1")
      }
      limits.append(AvailableMemory(bytes: max(0, megabytes * 1e6 - residentBytes), source: "RUN_HYPER_MEMORY_MB"))
    } else if let memory = SlurmAllocation.current?.memory {
      limits.append(AvailableMemory(bytes: max(0, memory - residentBytes), source: "Slurm's job"))
    }
    // Without /proc, nothing is known.
    return limits.min { $0.bytes < $1.bytes } ?? AvailableMemory(bytes: .infinity, source: "nothing")
  }

  /// The memory that this process uses now.
  static var residentBytes: Double {
    (value(of: "VmRSS", in: text("/proc/self/status")) ?? 0) * 1024
  }

  private static var machine: AvailableMemory? {
    value(of: "MemAvailable", in: text("/proc/meminfo")).map {
      AvailableMemory(bytes: $0 * 1024, source: "this machine")
    }
  }

  /// The limits of this process's control group and its ancestors, for cgroups version 2 and version 1.
  private static var controlGroups: [AvailableMemory] {
    let own = text("/proc/self/cgroup").split(separator: "\n")
    func path(behind prefix: (Substring) -> Bool) -> String {
      own.first(where: prefix)?.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last.map(
        String.init) ?? "/"
    }
    return limits(below: "/sys/fs/cgroup", path { $0.hasPrefix("0::") }, limit: "memory.max", usage: "memory.current")
      + limits(
        below: "/sys/fs/cgroup/memory", path { $0.contains(":memory:") }, limit: "memory.limit_in_bytes",
        usage: "memory.usage_in_bytes")
  }

  /// The limits of a group and its ancestors; in a container, only the topmost may be visible.
  private static func limits(
    below root: String, _ group: String, limit: String, usage: String
  ) -> [AvailableMemory] {
    var names = group.split(separator: "/")
    var limits: [AvailableMemory] = []
    while true {
      let folder = ([root] + names.map(String.init)).joined(separator: "/")
      if let limit = left(
        limit: text("\(folder)/\(limit)"), usage: text("\(folder)/\(usage)"), statistics: text("\(folder)/memory.stat"))
      {
        limits.append(limit)
      }
      if names.popLast() == nil { return limits }
    }
  }

  /// What remains of a control group's limit; the file cache does not count as used, since it can be evicted.
  package static func left(limit: String, usage: String, statistics: String) -> AvailableMemory? {
    func number(_ text: String) -> Double? { Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
    guard let limit = number(limit), let usage = number(usage) else { return nil }
    let cached = statistics.split(separator: "\n").reduce(0.0) { sum, line in
      let fields = line.split(separator: " ")
      guard fields.count == 2, fields[0] == "inactive_file" || fields[0] == "active_file" else { return sum }
      return sum + (Double(fields[1]) ?? 0)
    }
    return AvailableMemory(bytes: max(0, limit - usage + cached), source: "the control group's limit")
  }

  /// The number after `name:`.
  private static func value(of name: String, in text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix("\(name):") }.flatMap { line in
      line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) }
    }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
