import ArgumentParser

/// What a study's jobs ask Slurm for.
struct SlurmOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Number of jobs, each of which runs trials until the study is over. (default: enough to run all trials that are left at "
        + "the same time, at most \(Limits.standardJobs))", valueName: "count"))
  var jobs: Int?

  @Option(
    name: .customLong("at_most"),
    help: ArgumentHelp("Number of jobs that may run at the same time. (default: all)", valueName: "count"))
  var atMost: Int?

  @Option(
    help: ArgumentHelp(
      "Time limit of a job: 4h, 1h30m, or D-HH:MM:SS. A job that reaches it saves its trials and is queued again. "
        + "(default: the cluster's)", valueName: "time"))
  var time: String?

  @Option(help: ArgumentHelp("Cores of a job, each for one trial. (default: 1)", valueName: "count"))
  var cpus: Int?

  @Option(
    help: ArgumentHelp(
      "Memory of a job, such as 4G; 0 for all of a node. (default: what its trials need)", valueName: "size"))
  var memory: String?

  @Option(help: ArgumentHelp("Partition of the cluster.", valueName: "name"))
  var partition: String?

  @Option(help: ArgumentHelp("Account that the jobs are charged to.", valueName: "name"))
  var account: String?

  @Option(
    help: ArgumentHelp(
      "Further options of sbatch, such as '--qos=low --constraint=avx512'; may be repeated.", valueName: "options"))
  var slurm: [String] = []

  @Option(
    help: ArgumentHelp(
      "Shell command that each job runs first, such as 'module load postgresql'; may be repeated.", valueName: "command"
    ))
  var setup: [String] = []

  /// The request, checked without the study.
  struct Limits {
    /// Jobs that are asked for without --jobs, at most: a PostgreSQL server has a hundred connections.
    static let standardJobs = 32

    let jobs: Int?
    let atMost: Int?
    let time: JobTime?
    let cores: Int
    let memory: MemorySize?
    let others: [[String]]
  }

  /// - Throws: `CommandError.input` with all invalid values.
  func limits() throws(CommandError) -> Limits {
    var mistakes = Mistakes()
    for (option, value, most) in [("--jobs", jobs, 100_000), ("--at_most", atMost, 100_000), ("--cpus", cpus, 1024)] {
      guard let value, !(1...most).contains(value) else { continue }
      mistakes.add("\(option): found \(value); expected a number from 1 to \(most)")
    }
    let time = try mistakes.gather { try self.time.map { try JobTime(parsing: $0) } } ?? nil
    let memory = try mistakes.gather { try self.memory.map { try MemorySize(parsing: $0) } } ?? nil
    var others: [[String]] = []
    for text in slurm {
      if let words = try mistakes.gather({ try JobRequest.words(ofOption: text) }) { others.append(words) }
    }
    try mistakes.check()
    return Limits(jobs: jobs, atMost: atMost, time: time, cores: cpus ?? 1, memory: memory, others: others)
  }
}
