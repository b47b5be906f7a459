import Foundation
import Literals
import Testing

@testable import run_hyper

/// `submit` and `jobs` through the real program, with small programs in place of Slurm's that note how they are called.
@Suite struct SubmitCommandTests {
  /// A folder with such programs.
  private struct Place {
    let program: Program
    var environment: [String: String]

    private var bin: String { program.folder.appendingPathComponent("bin").path }

    /// - Parameter sbatch: What sbatch does after it has noted its call.
    init(sbatch: String = "echo 12", queue: String = "") throws {
      program = try Program()
      environment = ["HOME": program.folder.appendingPathComponent("home").path]
      environment["PATH"] = "\(bin):/usr/bin:/bin"
      try program.write("n_layers choice [1,2]\nlearning_rate choice [0.01,0.001]\n", to: "hyper.test")
      try program.write("", to: "home/nothing")
      try program.write(queue, to: "queue")
      try write("sbatch", "printf '%s\\n' \"$@\" > call; cat > script; env > variables; \(sbatch)")
      try write("squeue", "cat queue")
      try write("scancel", "printf '%s\\n' \"$@\" >> canceled; : > queue")
    }

    private func write(_ name: String, _ text: String) throws {
      try program.write("#!/bin/sh\ncd '\(program.folder.path)'\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/\(name)")
    }

    func run(_ arguments: [String], _ more: [String: String] = [:]) throws -> Program.Ending {
      try program.run(arguments, environment: environment.merging(more) { $1 })
    }

    func text(_ path: String) throws -> String {
      try String(contentsOf: program.folder.appendingPathComponent(path), encoding: .utf8)
    }

    /// The comment by which the queue knows the jobs that were submitted.
    func comment() throws -> String {
      let option = try text("call").split(separator: "\n").first { $0.hasPrefix("--comment=") }
      return try #require(option.map { String($0.dropFirst("--comment=".count)) })
    }
  }

  private static let study = [
    "submit", "--params_file=hyper.test", "--study=s", "--hidden_size=8", "--epochs=1", "--local_storage",
  ]

  @Test func `A dry run prints the script, makes nothing, and needs no Slurm`() throws {
    let place = try Place()
    let files = try FileManager.default.contentsOfDirectory(atPath: place.program.folder.path).sorted()
    let ending = try place.run(Self.study + ["--dry_run", "--jobs=9", "--time=4h"], ["PATH": "/nowhere"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output.hasPrefix("#!/bin/bash\n#SBATCH --job-name=run-hyper:s\n#SBATCH --array=1-4\n"))
    for line in ["--time=0-04:00:00", "--signal=B:USR1@120", "--requeue", "--open-mode=append", "--cpus-per-task=1"] {
      #expect(ending.output.contains("\n#SBATCH \(line)\n"), "\(ending.output)")
    }
    #expect(
      ending.output.contains(" resume s --storage=\(place.program.folder.path)/studies/studies.sqlite --idle=60s &"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.program.folder.path).sorted() == files)
  }

  @Test(arguments: [
    (["--time=90"], "--time: found '90', which Slurm reads as minutes and --timeout as seconds"),
    (["--jobs=0"], "--jobs: found 0; expected a number from 1 to 100000"),
    (["--at_most=0"], "--at_most: found 0"), (["--cpus=2000"], "--cpus: found 2000"),
    (["--memory=16"], "--memory: found '16', which Slurm reads as megabytes"),
    (["--slurm=--array=1-9"], "--slurm: found --array=1-9; expected no --array"),
    (["--partition="], "Missing value for '--partition <name>'"), (["--idle=soon"], "--idle: found 'soon'"),
    (["--memory=20M"], "memory: found"), (["t"], "--study: found 's' beside 't'; expected one of them"),
  ])
  func `Wrong options are refused before anything happens`(options: [String], message: String) throws {
    let place = try Place()
    let ending = try place.run(Self.study + options)
    #expect(ending.status == 2)
    #expect(ending.errors.contains("error: \(message)"), "\(ending.errors)")
    #expect(!place.program.exists("studies") && !place.program.exists("call"))
  }

  @Test func `Without Slurm's programs, or with a file that only this host sees, nothing happens`() throws {
    let place = try Place()
    let without = try place.run(Self.study, ["PATH": "/nowhere"])
    #expect(without.status == 2)
    #expect(without.errors.hasPrefix("error: sbatch: found no such program on the PATH; expected Slurm's programs"))
    let local = try place.run(Array(Self.study.dropLast()))
    #expect(local.status == 2)
    #expect(
      local.errors.contains(
        "error: --storage: found 'studies/studies.sqlite', on a file system of this host alone; expected postgresql://")
    )
    for arguments in [["submit"], ["submit", "s", "--epochs=3", "--local_storage"]] {
      let ending = try place.run(arguments + ["--local_storage"])
      #expect(ending.status == 2 && ending.errors.contains("expected --params_file=FILE"), "\(ending.errors)")
    }
    #expect(try place.run(["jobs"], ["PATH": "/nowhere"]).errors.contains("squeue: found no such program"))
    #expect(!place.program.exists("studies"))
  }

  @Test func `Rows are made, then one array is submitted, with no more jobs than trials`() throws {
    let place = try Place()
    let variables = ["PGPASSWORD": "secret", "SLURM_JOB_ID": "1", "SLURM_CPUS_PER_TASK": "1", "OWN": "mine"]
    let ending = try place.run(
      Self.study + ["--jobs=9", "--at_most=2", "--slurm=--qos=low -C 'a b'", "--setup=module load x"], variables)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output == "Submitted job 12: 4 tasks of study s\n")
    #expect(ending.errors.contains("\nnote: 4 jobs instead of 9: 4 trials left\n"))
    let call = try place.text("call").split(separator: "\n").map(String.init)
    #expect(
      call.first == "--parsable" && call.contains("--array=1-4%2") && call.suffix(3) == ["--qos=low", "-C", "a b"])
    #expect(try place.text("script").contains("\nmodule load x\n"))
    let environment = try place.text("variables")
    #expect(environment.contains("OWN=mine") && !environment.contains("secret") && !environment.contains("SLURM_"))
    #expect(try place.run(["studies", "--format=json"]).output.contains(#""trials" : 4"#))
    #expect(place.program.exists("s.slurm"))

    // With jobs in the queue, only as many more as there are trials for.
    let comment = try place.comment()
    let line = { (task: Int, state: String) in "12_\(task)|\(state)|Resources|N/A|n1|\(comment)\n" }
    try place.program.write(line(1, "PENDING") + line(2, "RUNNING") + line(3, "COMPLETED"), to: "queue")
    let more = try place.run(["submit", "s", "--jobs=9", "--local_storage"])
    #expect(more.output == "Submitted job 12: 2 tasks of study s\n", "\(more.errors)")
    #expect(more.errors.contains("2 jobs instead of 9: 4 trials left, and 2 jobs of the study in the queue"))
    try place.program.write((1...4).map { line($0, "PENDING") }.joined(), to: "queue")
    let none = try place.run(["submit", "s", "--local_storage"])
    #expect(none.status == 0 && none.output.isEmpty)
    #expect(none.errors.contains("note: 4 trials left, and 4 jobs of the study in the queue: nothing to submit"))
  }

  @Test func `What Slurm refuses is said in its words, and leaves nothing behind`() throws {
    let place = try Place(sbatch: "echo 'sbatch: error: invalid partition specified: x' >&2; exit 1")
    let ending = try place.run(Self.study + ["--partition=x"])
    #expect(ending.status == 2 && ending.output.isEmpty)
    #expect(ending.errors.contains("error: sbatch: invalid partition specified: x\n"), "\(ending.errors)")
    #expect(!place.program.exists("s.slurm"))
    #expect(try place.run(["studies", "--format=json"]).output.filter { !$0.isWhitespace } == "[]")
  }

  @Test func `A scheduler that does not answer is said, and nothing has happened`() throws {
    let place = try Place()
    try place.program.write(
      "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1",
      to: "bin/squeue")
    for command in [Self.study, ["submit", "--params_file=hyper.test", "--local_storage"]] {
      let ending = try place.run(command)
      #expect(ending.status == 1)
      #expect(
        ending.errors.contains(
          "Unable to contact slurm controller (connect failure); expected a slurmctld that answers"))
    }
    #expect(!place.program.exists("studies"))
  }

  @Test func `Jobs are listed with what they wait for, and canceled`() throws {
    let place = try Place()
    #expect(try place.run(Self.study).status == 0)
    let comment = try place.comment()
    try place.program.write(
      """
      12_10|PENDING|PartitionConfig|N/A||\(comment)
      12_2|RUNNING|None|2026-11-26T10:00:00|n1|\(comment)
      13_1|RUNNING|None|N/A|n1|run-hyper:0123456789abcdef:/another/study
      14|RUNNING|None|N/A|n1|(null)

      """, to: "queue")
    let listed = try place.run(["jobs", "s"])
    #expect(listed.status == 0, "\(listed.errors)")
    let folder = comment.drop { $0 != "/" }
    let lines = listed.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.count == 3)
    #expect(lines[1] == ["12_2", "n1", "running", "\(folder)/12_2.txt"])
    #expect(lines[2].first == "12_10" && lines[2].last == "\(folder)/12_10.txt")
    #expect(listed.output.contains("can never start: no node of the partition has so many cores"))
    #expect(try place.run(["jobs"]).output.contains("study"))
    #expect(try place.run(["jobs", "--cancel"]).status == 2)
    #expect(!place.program.exists("canceled"))
    let canceled = try place.run(["jobs", "s", "--cancel"])
    #expect(canceled.status == 0 && canceled.errors.hasPrefix("Cancelled 2 jobs of study s. Go on with: "))
    #expect(try place.text("canceled") == "12\n")
    #expect(try place.run(["jobs", "s"]).errors == "No jobs of study s in the queue\n")
  }

  @Test(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
  func `A password reaches the jobs by a file of the user's alone, and by nothing else`() throws {
    let place = try Place()
    let uri = try PostgreSQLPlace(user: "guarded:secret").uri
    let ending = try place.run(Array(Self.study.dropLast()) + ["--storage=\(uri)"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("keep the password in ~/.pgpass or a service file on the nodes"))
    let root = place.program.folder.appendingPathComponent("home/.run-hyper/slurm")
    let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: root.path).first)
    let file = root.appendingPathComponent(folder).appendingPathComponent("password").path
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "*:*:*:*:secret\n")
    let modes = try [file, file.parentFolder, root.path].map {
      try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
    }
    #expect(modes == [0o600, 0o700, 0o700])
    let texts = try ["call", "script", "variables"].map { try place.text($0) } + [ending.output, ending.errors]
    #expect(texts.allSatisfy { !$0.contains("secret") })
    #expect(texts[1].contains("\npasswords=\(file.parentFolder)\nexport PGPASSFILE=$passwords/password\n"))
    // Nothing is left of one that Slurm refuses.
    try place.program.write("#!/bin/sh\ncat >/dev/null; exit 1", to: "bin/sbatch")
    #expect(try place.run(["submit", "s", "--storage=\(uri)"]).status == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [folder])
  }
}
