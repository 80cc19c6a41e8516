// swift-tools-version: 6.2
import PackageDescription

/// The instrumented benchmarks: a package of their own, because building the instruments takes
/// minutes and nothing else needs them. README.md says how to run them.
///
/// `Core` and `Matcher` in this folder belong to the main package. The links in `Shared`
/// are to its targets of those names, since `package` access ends at a package's border.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "sluice", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "CBench", path: "Shared/CBench"),
    .target(
      name: "MatcherBench",
      dependencies: ["CBench", .product(name: "Domains", package: "sluice")],
      path: "Shared/MatcherBench",
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableExperimentalFeature("Lifetimes"),
      ]),
    .executableTarget(
      name: "Lookup",
      dependencies: [
        "MatcherBench", .product(name: "Domains", package: "sluice"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Lookup",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
