import Foundation
import Literals

/// One of Slurm's programs, run to completion.
struct SlurmProgram {
  let name: String

  static let sbatch = SlurmProgram(name: "sbatch")
  static let squeue = SlurmProgram(name: "squeue")
  static let scancel = SlurmProgram(name: "scancel")

  /// - Throws: `CommandError.input` if one of the programs is not on the search path.
  static func require(_ programs: [SlurmProgram]) throws(CommandError) {
    for program in programs where !Tool.isInstalled(program.name) {
      throw .input(
        message(
          at: program.name, found: "no such program on the PATH",
          expected: "Slurm's programs; run this on a host of the cluster, after 'module load slurm' if it needs that"))
    }
  }

  /// Runs the program.
  ///
  /// It gets no password, since sbatch hands its environment on to the job; nor the variables of a job that this process is in,
  /// which sbatch would take for the new job's.
  ///
  /// - Parameter input: The text of standard input.
  /// - Returns: Standard output.
  /// - Throws: `CommandError.failed` if Slurm does not answer, and otherwise `.input` with what the program says if it refuses.
  func run(_ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.environment = Self.environment(from: ProcessInfo.processInfo.environment)
    let pipes = (input: Pipe(), output: Pipe(), errors: Pipe())
    process.standardInput = pipes.input
    process.standardOutput = pipes.output
    process.standardError = pipes.errors
    try Interruption.withSignals { try process.run() }
    try? pipes.input.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? pipes.input.fileHandleForWriting.close()
    let output = String(decoding: pipes.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(decoding: pipes.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return output }
    let words = Self.words(errors)
    let said = words.isEmpty ? "ended with status \(process.terminationStatus)" : words
    if Self.isUnreachable(errors) {
      throw CommandError.failed(
        "\(name): \(said); expected a slurmctld that answers: see 'scontrol ping', and try again later")
    }
    throw CommandError.input("\(name): \(said)")
  }

  /// The environment for a program of Slurm.
  static func environment(from own: [String: String]) -> [String: String] {
    own.filter { name, _ in name != "PGPASSWORD" && (!name.hasPrefix("SLURM_") || name == "SLURM_CONF") }
  }

  /// What a program says, without its name at the beginning of each line.
  static func words(_ errors: String) -> String {
    errors.split(separator: "\n").map { line in
      line.replacing(#/^[a-z]+: (error: |fatal: )?/#, with: "").trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private static func isUnreachable(_ errors: String) -> Bool {
    ["Unable to contact slurm controller", "Socket timed out", "Connection refused"].contains(where: errors.contains)
  }

  // MARK: - The queue

  /// The jobs of this user's studies that are in the queue.
  static func queue() throws -> [QueuedJob] {
    QueuedJob.parse(
      try squeue.run(["--noheader", "--array", "--user=\(getuid())", "--states=all", "--format=\(QueuedJob.format)"])
    ).filter { !$0.hasEnded }
  }
}
