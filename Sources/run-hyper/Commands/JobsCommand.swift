import ArgumentParser
import Foundation
import Literals
import Tuner

/// Lists the jobs of studies in the queue of a Slurm cluster, or cancels those of one.
struct JobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "List the jobs of studies on a Slurm cluster, or cancel them.",
    usage: "run-hyper jobs [<study>] [<options>]",
    discussion: """
      Shows where each job runs, or why it waits, and the trials that it trains.

      Examples:
        run-hyper jobs bert4rec-grocery-hyper
        run-hyper jobs bert4rec-grocery-hyper --cancel
      """)

  @Argument(help: "Name of the study. (default: all studies of the database)")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Flag(help: "Cancel all jobs of the study. Their trials save their states; submit goes on with them.")
  var cancel = false

  func run() throws {
    let (store, studies) = try reading {
      guard !cancel || study != nil else {
        throw CommandError.input(Literals.message(at: "--cancel", found: "no study", expected: "the name of the study"))
      }
      try SlurmProgram.require([.squeue] + (cancel ? [.scancel] : []))
      let store = try storage.reader()
      return (store, try study.map { [try store.requiredStudy($0)] } ?? store.studies().map(\.study))
    }
    defer { store.close() }
    var marks: [StudyMark: Study] = [:]
    for study in studies { marks[try StudyMark(of: study.name, in: storage, store)] = study }
    let queue = try SlurmProgram.queue()
    for mark in marks.keys { JobPassword.removeOld(of: mark, queue: queue) }
    let jobs = queue.filter { marks[$0.mark] != nil }.sorted { $0.place < $1.place }
    guard let first = jobs.first else {
      return Output.note("No jobs\(study.map { " of study \($0)" } ?? " of studies in \(storage.name)") in the queue")
    }
    if cancel {
      try cancel(jobs, first.mark)
    } else {
      Output.result(try table(jobs, of: marks, store))
    }
  }

  private func cancel(_ jobs: [QueuedJob], _ mark: StudyMark) throws {
    let arrays = Set(jobs.map(\.array))
    _ = try SlurmProgram.scancel.run(arrays.sorted())
    let left = try SlurmProgram.queue()
    JobPassword.removeOld(of: mark, queue: left, cancelled: arrays)
    let name = (study ?? "").inShell + storage.inCommand
    let saving = left.contains { $0.mark == mark } ? "; those that run are saving the states of their trials" : ""
    Output.note(
      "Cancelled \(jobs.count.counting("job")) of study \(study ?? "")\(saving). Go on with: "
        + ProgramCommand.line("submit \(name)"))
  }

  private func table(_ jobs: [QueuedJob], of marks: [StudyMark: Study], _ store: StudyStore) throws -> String {
    var trials: [String: [Int]] = [:]
    for study in marks.values {
      for trial in try store.runningTrials(of: study) {
        if let job = trial.job { trials[job, default: []].append(trial.number) }
      }
    }
    let namesStudies = study == nil
    let header = ["job", "node", "state", "trials", "why it waits", "log"]
    var table = TextTable(header: (namesStudies ? ["study"] : []) + header)
    for job in jobs {
      table.append(
        (namesStudies ? [marks[job.mark]?.name ?? ""] : []) + [
          job.id, job.nodes, job.state.lowercased(), (trials[job.id] ?? []).map { "\($0)" }.joined(separator: ", "),
          job.wait, job.log,
        ])
    }
    return table.lines.joined(separator: "\n")
  }
}

extension QueuedJob {
  /// Its place in a list: by array and task.
  fileprivate var place: (Int, Int) {
    let numbers = id.split(separator: "_").map { Int($0) ?? 0 }
    return (numbers.first ?? 0, numbers.dropFirst().first ?? 0)
  }
}
