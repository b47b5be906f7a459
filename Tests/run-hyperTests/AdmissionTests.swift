import Foundation
import Model
import Testing

@testable import run_hyper

@Suite struct AdmissionTests {
  private static func trials(_ megabytes: [Double]) -> [TrainingMemory] {
    megabytes.map { TrainingMemory(bytes: $0 * 1e6, bytesPerThread: 10e6) }
  }

  /// What is free in MB, and the workers and threads of three that fit it: trials of 100, 50 and 20 MB, 10 MB a thread.
  @Test(arguments: [
    (99.0, 0, 0), (100, 1, 1), (119, 1, 2), (120, 1, 3), (149, 1, 3), (150, 2, 2), (160, 2, 3), (169, 2, 3),
    (170, 3, 3), (1e9, 3, 3),
  ])
  func `As many workers run as the largest trials leave room for`(free: Double, workers: Int, threads: Int) {
    let admission = Admission(
      of: Self.trials([20, 100, 50]), workers: 3, threads: 3,
      available: AvailableMemory(bytes: free * 1e6, source: "a test"))
    #expect(admission?.workers ?? 0 == workers)
    #expect(admission?.threads ?? 0 == threads)
    if let admission { #expect(admission.bytes <= free * 1e6) }
  }

  @Test func `One trial and many threads need a trial's memory and each further thread's`() {
    let unlimited = AvailableMemory(bytes: .infinity, source: "a test")
    let admission = Admission(of: Self.trials([20]), workers: 4, threads: 4, available: unlimited)
    #expect(admission?.bytes == 50e6)
  }

  @Test func `A control group leaves its limit less what is not cached files`() {
    let statistics = "anon 300\nactive_file 100\ninactive_file 50\n"
    #expect(AvailableMemory.left(limit: "1000\n", usage: "600\n", statistics: statistics)?.bytes == 550)
    #expect(AvailableMemory.left(limit: "1000\n", usage: "2000\n", statistics: "")?.bytes == 0)
    #expect(AvailableMemory.left(limit: "max\n", usage: "600\n", statistics: statistics) == nil)
    #expect(AvailableMemory.left(limit: "", usage: "", statistics: "") == nil)
  }

  @Test func `A study runs fewer trials at a time where memory is short, and none where it is shorter`() throws {
    let program = try Program()
    try program.write("learning_rate choice [0.01,0.001]\n", to: "hyper.test")
    let command = ["--params_file=hyper.test", "--epochs=1", "--train_batch_size=512"]
    let refused = try program.run(command + ["--workers=2"], environment: ["RUN_HYPER_MEMORY_MB": "40"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("RUN_HYPER_MEMORY_MB") && refused.errors.contains("a smaller hidden_size"))
    #expect(!program.exists("studies"))

    // What one trial needs, from what it says about itself, leaves no room for two.
    let alone = try program.run(["train", "--epochs=0", "--train_batch_size=512", "--threads=1"])
    let text = try #require(alone.errors.firstMatch(of: #/(\d+) MB of memory/#)?.1)
    let limit = try #require(Double(text)) + 10
    let run = try program.run(command + ["--workers=2"], environment: ["RUN_HYPER_MEMORY_MB": "\(limit)"])
    #expect(run.status == 0)
    #expect(run.errors.contains("note: using 1 instead of 2 parallel trials"))
    #expect(run.errors.contains("workers   1"))
  }

  @Test func `One run needs room, too`() throws {
    let program = try Program()
    let refused = try program.run(["train", "--hidden_size=8192"], environment: ["RUN_HYPER_MEMORY_MB": "500"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("GB for the largest configuration"))
    #expect(try program.run(["train", "--epochs=0", "--save=w.safetensors"]).status == 0)
    let evaluation = ["evaluate", "--weights=w.safetensors"]
    let tight = try program.run(evaluation, environment: ["RUN_HYPER_MEMORY_MB": "1"])
    #expect(tight.status == 2 && tight.errors.contains("for the largest configuration"), "\(tight.errors)")
    #expect(try program.run(evaluation).status == 0)
    let wrong = try program.run(["train"], environment: ["RUN_HYPER_MEMORY_MB": "much"])
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("RUN_HYPER_MEMORY_MB: found 'much'"))
  }
}
