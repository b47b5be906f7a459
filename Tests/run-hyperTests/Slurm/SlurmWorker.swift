import Foundation

/// A process of the program in a job.
struct SlurmWorker {
  let process: Int32

  /// The job's number and the task's, such as `12_1`.
  let task: String

  /// The name of the node.
  let node: String

  /// The processes of an array, those of all nodes.
  static func all(of array: Int, on cluster: SlurmCluster) -> [SlurmWorker] {
    numbers.compactMap { number in
      guard let name = try? String(contentsOfFile: "/proc/\(number)/comm", encoding: .utf8), name == "run-hyper\n"
      else { return nil }
      let variables = environment(of: number)
      guard variables["SLURM_CONF"] == cluster.configuration, variables["SLURM_ARRAY_JOB_ID"] == "\(array)",
        let task = variables["SLURM_ARRAY_TASK_ID"], let node = variables["SLURMD_NODENAME"]
      else { return nil }
      return SlurmWorker(process: number, task: "\(array)_\(task)", node: node)
    }
  }

  /// Whether no process of Slurm is left that looks after a job, given by its own number.
  static func hasLeft(_ job: String, _ cluster: SlurmCluster) -> Bool {
    numbers.allSatisfy { number in
      let bytes = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
      return !bytes.starts(with: Data("slurmstepd: [\(job).".utf8))
        || environment(of: number)["SLURM_CONF"] != cluster.configuration
    }
  }

  private static var numbers: [Int32] {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
  }

  static func environment(of process: Int32) -> [String: String] {
    let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
    let pairs = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.compactMap { text in
      text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[$0...].dropFirst())) }
    }
    return Dictionary(pairs) { $1 }
  }

  var isStopped: Bool { Pausing.isStopped(process) }

  /// Whether it will get SIGTERM when it goes on. Source: proc_pid_status(5).
  var isToEnd: Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let mask = text.firstMatch(of: #/ShdPnd:\s*([0-9a-f]+)/#)?.output.1
    else { return false }
    return (UInt64(mask, radix: 16) ?? 0) & (1 << (UInt64(SIGTERM) - 1)) != 0
  }

  /// The processor's time that it has used, in clock ticks. Source: proc_pid_stat(5).
  var usedTicks: Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 12
    else { return 0 }
    return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
  }

  func resume() { Pausing.resume(process) }
}
