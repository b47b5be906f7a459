import Foundation
import Testing

@testable import run_hyper

/// The options and the script of a study's jobs, without Slurm.
@Suite struct JobScriptTests {
  private static func request(study: String = "s", logs: String = "/w/s.slurm") throws -> JobRequest {
    JobRequest(
      study: study, mark: StudyMark(database: "d", study: study), logFolder: logs, jobs: 3, atMost: nil, time: nil,
      cores: 1, memory: MemorySize(megabytes: 600))
  }

  private static func script(_ request: JobRequest, worker: [String], setup: [String] = []) -> JobScript {
    JobScript(
      request, setup: setup, variables: [], worker: worker, continuation: "run-hyper submit s", passwordFolder: nil)
  }

  @Test func `Options are those of one array`() throws {
    var request = try Self.request()
    let mark = request.mark
    #expect(
      request.options.joined().joined(separator: " ")
        == "--job-name=run-hyper:s --array=1-3 --comment=run-hyper:\(mark):/w/s.slurm --output=/w/s.slurm/%A_%a.txt "
        + "--open-mode=append --requeue --signal=B:USR1@120 --nodes=1 --ntasks=1 --cpus-per-task=1 --mem=600M")
    request.atMost = 2
    request.time = try JobTime(parsing: "1m")
    request.partition = "cpu"
    request.account = "ml"
    request.others = try [JobRequest.words(ofOption: "--qos=low -C 'a b'")]
    let options = request.options
    #expect(options.contains(["--array=1-3%2"]) && options.contains(["--signal=B:USR1@15"]))
    #expect(
      options.suffix(4) == [["--time=0-00:01:00"], ["--partition=cpu"], ["--account=ml"], ["--qos=low", "-C", "a b"]])
    #expect(Self.script(request, worker: ["w"]).text.contains("#SBATCH --qos=low -C \"a b\"\n"))
    // A percent sign in a path is not one of Slurm's patterns.
    #expect(try Self.request(logs: "/50%/s").options.contains(["--output=/50%%/s/%A_%a.txt"]))
  }

  @Test(arguments: [
    ("--array=1-9", "--array=1-9; expected no --array"), ("-a 1-9", "-a; expected no --array"),
    ("--qos=low --wrap=x", "--wrap=x; expected no --wrap"), ("-oX", "-oX; expected no --output"),
    ("qos=low", "'qos=low'; expected options of sbatch"), ("--qos='low", "a quote is not closed"),
    ("", "''; expected options of sbatch"),
  ])
  func `Options that the jobs need as they are cannot be set`(text: String, message: String) {
    let error = #expect(throws: CommandError.self) { try JobRequest.words(ofOption: text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(
    arguments: [
      ("a  b", ["a", "b"]), ("'a b' c", ["a b", "c"]), ("--x=\"a 'b'\"", ["--x=a 'b'"]), ("a\\ b", ["a b"]),
      ("''", [""]),
      ("\"a\\\"b\\n\"", ["a\"b\\n"]), ("'a\\'", ["a\\"]), ("", []), ("'a", nil), ("a\\", nil),
    ] as [(String, [String]?)])
  func `Words are those of a shell`(text: String, words: [String]?) {
    #expect(ShellWords.split(text) == words)
  }

  // MARK: - What the script does, with a worker of the tests

  /// A folder with a script, and with programs in place of Slurm's that note how they were called.
  private final class Place {
    let program: Program
    let script: URL

    init(_ worker: String, setup: [String] = []) throws {
      program = try Program()
      let name = "a worker's \"$x\" \\"
      try program.write("#!/bin/bash\n\(worker)\n", to: name)
      try program.write("#!/bin/bash\necho \"$@\" >> requeued\n", to: "bin/scontrol")
      for file in [name, "bin/scontrol"] {
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755], ofItemAtPath: program.folder.appendingPathComponent(file).path)
      }
      script = program.folder.appendingPathComponent("script")
      let worker = [program.folder.appendingPathComponent(name).path, "resume", "it's a \"study\" $HOME", "*"]
      try JobScriptTests.script(JobScriptTests.request(), worker: worker, setup: setup).text.write(
        to: script, atomically: true, encoding: .utf8)
    }

    /// Starts the script as Slurm would.
    func start() throws -> (process: Process, log: URL) {
      let log = try program.errorFile()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = [script.path]
      process.currentDirectoryURL = program.folder
      process.environment = [
        "PATH": "\(program.folder.path)/bin:/usr/bin:/bin", "SLURM_JOB_ID": "14", "SLURM_ARRAY_JOB_ID": "12",
        "SLURM_ARRAY_TASK_ID": "3", "SLURMD_NODENAME": "n1",
      ]
      process.standardOutput = try FileHandle(forWritingTo: log)
      process.standardError = process.standardOutput
      try Interruption.withSignals { try process.run() }
      return (process, log)
    }

    var requeued: String? {
      try? String(contentsOf: program.folder.appendingPathComponent("requeued"), encoding: .utf8)
    }
  }

  /// A worker that saves at a request, and ends with a status.
  private static func saving(_ status: Int) -> String {
    "trap 'echo saved; exit \(status)' TERM; echo works; for i in $(seq 36000); do sleep 0.1; done"
  }

  @Test func `The worker gets its arguments, and its status is the job's`() throws {
    let place = try Place("printf '<%s>' \"$@\"; echo; echo \"$MODE\"; exit 7", setup: ["export MODE='set up'"])
    let (process, log) = try place.start()
    process.waitUntilExit()
    #expect(process.terminationStatus == 7)
    let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(lines[0].hasSuffix(" job 12_3 on n1, start 1"))
    #expect(lines[1] == "<resume><it's a \"study\" $HOME><*>")
    #expect(lines[2] == "set up")
    #expect(lines[3].hasSuffix(" status 7"))
    #expect(place.requeued == nil)
  }

  @Test(arguments: [
    (SIGUSR1, 130, true), (SIGUSR1, 143, true), (SIGUSR1, 0, false), (SIGUSR1, 1, false), (SIGTERM, 130, false),
    (SIGTERM, 0, false),
  ])
  func `Only a worker that saved before the time limit is queued again`(signal: Int32, status: Int, isQueued: Bool)
    throws
  {
    let place = try Place(Self.saving(status))
    let (process, log) = try place.start()
    try Program.wait(for: "works", in: log, while: process)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == Int32(status))
    let text = try String(contentsOf: log, encoding: .utf8)
    #expect(text.contains("saved"))
    #expect(place.requeued == (isQueued ? "requeue 12_3\n" : nil))
    #expect(text.contains("the time limit is near: queued again") == isQueued)
  }

  @Test func `A job that is canceled while it saves before the time limit stays canceled`() throws {
    let wait = "until [ -e go ]; do sleep 0.01; done"
    let place = try Place("trap 'echo saving; \(wait); exit 130' TERM; echo works; \(wait); sleep 36000")
    let (process, log) = try place.start()
    try Program.wait(for: "works", in: log, while: process)
    kill(process.processIdentifier, SIGUSR1)
    try Program.wait(for: "saving", in: log, while: process)
    kill(process.processIdentifier, SIGTERM)
    try place.program.write("", to: "go")
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(place.requeued == nil)
  }

  @Test func `A stop before the worker starts keeps it from starting`() throws {
    let place = try Place("echo works", setup: ["echo sets up", "until [ -e go ]; do sleep 0.01; done"])
    let (process, log) = try place.start()
    try Program.wait(for: "sets up", in: log, while: process)
    kill(process.processIdentifier, SIGTERM)
    try place.program.write("", to: "go")
    process.waitUntilExit()
    #expect(process.terminationStatus == 143)
    #expect(try !String(contentsOf: log, encoding: .utf8).contains("works"))
  }
}
