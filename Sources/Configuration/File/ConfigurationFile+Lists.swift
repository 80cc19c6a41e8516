import Domains

extension ConfigurationFile {
  /// Everything that is wrong with the lists and the credentials that the file names, up to 50 complaints; `nil` if
  /// nothing is. Reads each list once.
  package func listComplaints(file: String) -> ConfigurationErrors? {
    var reader = FileReader(file: file, folder: "")
    var seen: Set<String> = []
    func check(_ list: Placed<String>) {
      guard seen.insert(list.value).inserted, !reader.isFull else { return }
      do throws(ConfigurationError) {
        if try ListLoader.image(list.value) != nil { return }
        let (text, name) = try ListLoader.text(of: list.value)
        for error in Allowlist.errors(in: text, file: name, limit: FileReader.errorLimit) {
          reader.add(
            ConfigurationError(
              "\(name):\(error.position.line):\(error.position.column)", error.problem,
              remedy: error.remedy))
        }
      } catch {
        guard case .file(let position) = list.origin else { return reader.add(error) }
        reader.complain(position, error)
      }
    }
    check(essential)
    for environment in environments.value {
      for list in environment.allowlists.value { check(list) }
      checkCredentials(of: environment, file: file, &reader)
    }
    return reader.complaints
  }

  private func checkCredentials(
    of environment: EnvironmentValues, file: String, _ reader: inout FileReader
  ) {
    let place = environment.upstreamProxy.value.credentialsFile
    guard let path = place.value, !reader.isFull else { return }
    do throws(ConfigurationError) {
      _ = try CredentialsFile.read(
        path, place: "\(file):\(place.position.line):\(place.position.column)")
    } catch {
      reader.add(error)
    }
  }
}
