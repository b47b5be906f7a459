import Testing

@testable import run_hyper

/// What a job's environment says about its cores, its memory and its name.
@Suite struct SlurmAllocationTests {
  private static func allocation(_ variables: [String: String]) -> SlurmAllocation? {
    SlurmAllocation(
      environment: Dictionary(uniqueKeysWithValues: variables.map { ("SLURM_\($0.key)", $0.value) }))
  }

  @Test func `Outside a job there is none`() {
    #expect(Self.allocation([:]) == nil)
    #expect(Self.allocation(["CPUS_ON_NODE": "4", "CONF": "/etc/slurm.conf"]) == nil)
    #expect(SlurmAllocation.cores(of: nil, available: 6) == 6)
  }

  @Test func `A task of an array is named after it`() {
    let task = ["JOB_ID": "14", "ARRAY_JOB_ID": "12", "ARRAY_TASK_ID": "3"]
    #expect(Self.allocation(task)?.job == "12_3")
    #expect(Self.allocation(["JOB_ID": "14"])?.job == "14")
  }

  @Test(arguments: [
    (["CPUS_PER_TASK": "2", "CPUS_ON_NODE": "8"], 16, 2), (["CPUS_ON_NODE": "8"], 16, 8),
    (["CPUS_PER_TASK": "8"], 4, 4), ([:], 4, 4), (["CPUS_PER_TASK": "many", "CPUS_ON_NODE": "0"], 4, 4),
  ])
  func `A process uses its job's cores, and no more than it may`(
    variables: [String: String], available: Int, cores: Int
  ) {
    let allocation = Self.allocation(variables.merging(["JOB_ID": "1"]) { $1 })
    #expect(SlurmAllocation.cores(of: allocation, available: available) == cores)
  }

  @Test(
    arguments: [
      (["MEM_PER_NODE": "4000"], 4000), (["MEM_PER_CPU": "500", "CPUS_ON_NODE": "4", "CPUS_PER_TASK": "2"], 2000),
      (["MEM_PER_CPU": "500", "CPUS_PER_TASK": "2"], 1000), (["MEM_PER_NODE": "0"], nil), (["MEM_PER_CPU": "500"], nil),
      ([:], nil),
    ] as [([String: String], Int?)])
  func `Memory is the node's, or that of its cores`(variables: [String: String], megabytes: Int?) {
    let allocation = Self.allocation(variables.merging(["JOB_ID": "1"]) { $1 })
    #expect(allocation?.memory == megabytes.map { Double($0) * 1_048_576 })
  }

  @Test func `It is said in words`() {
    #expect(
      Self.allocation(["JOB_ID": "1", "CPUS_PER_TASK": "2", "MEM_PER_NODE": "600"])?.words == "job 1: 2 cores, 600 MB")
    #expect(Self.allocation(["JOB_ID": "1", "CPUS_PER_TASK": "1"])?.words == "job 1: 1 core")
    #expect(Self.allocation(["JOB_ID": "1"])?.words == "job 1")
  }
}
