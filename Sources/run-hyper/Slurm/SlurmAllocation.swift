import Foundation
import Tuner

/// What Slurm has given to this process's job, as the job's environment says.
package struct SlurmAllocation: Equatable, Sendable {
  /// The job, such as `12`; for a task of an array `12_3`.
  package let job: String

  /// The cores of a task, if known.
  package let cores: Int?

  /// The job's memory on this host in bytes; `nil` if it is unknown or not limited.
  package let memory: Double?

  /// - Returns: `nil` outside a job.
  package init?(environment: [String: String]) {
    guard let id = environment["SLURM_JOB_ID"], !id.isEmpty else { return nil }
    func number(_ name: String) -> Int? {
      environment["SLURM_\(name)"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
    let task = environment["SLURM_ARRAY_TASK_ID"].flatMap { task in
      environment["SLURM_ARRAY_JOB_ID"].map { "\($0)_\(task)" }
    }
    job = task ?? id
    let onNode = number("CPUS_ON_NODE")
    let cores = number("CPUS_PER_TASK") ?? onNode
    self.cores = cores
    // In megabytes of 1024 kB; 0 stands for all memory of the node.
    let perCore = number("MEM_PER_CPU").flatMap { size in (onNode ?? cores).map { size * $0 } }
    memory = (number("MEM_PER_NODE") ?? perCore).map { Double($0) * 1_048_576 }
  }

  /// The allocation of this process.
  static let current = SlurmAllocation(environment: ProcessInfo.processInfo.environment)

  /// How many cores this process should use: those of its job, or all that it may.
  ///
  /// - Parameter available: The cores that the system lets this process use.
  package static func cores(of allocation: SlurmAllocation?, available: Int) -> Int {
    max(1, min(available, allocation?.cores ?? available))
  }

  static var usableCores: Int { cores(of: current, available: ProcessInfo.processInfo.activeProcessorCount) }

  /// The allocation in words.
  package var words: String {
    let parts = [cores.map { $0.counting("core") }, memory.map { "\(MemorySize(bytes: $0))" }].compactMap { $0 }
    return "job \(job)" + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")
  }
}
