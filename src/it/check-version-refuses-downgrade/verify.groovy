import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.37.10')
    assert it.config() == it.configBefore()
    assert !new File(basedir, 'state').exists()
    assert !new File(basedir, 'backups').exists()
    assert it.log().toLowerCase().contains('downgrade')
    def hint = it.log().readLines().find { line -> line.contains('mvn ') && line.contains(':rollback ') }
    assert hint != null
    // pasted into an empty directory, the goal is found and says that there is nothing to go back from
    def empty = File.createTempDir()
    def command = hint.substring(hint.indexOf('mvn ')).trim()
    def settings = new File(basedir, '../interpolated-settings.xml').exists() ? new File(basedir, '../interpolated-settings.xml') : new File(basedir, 'interpolated-settings.xml')
    def process = new ProcessBuilder('sh', '-c', command + ' -B -o -s ' + settings + ' -Dmaven.repo.local=' + localRepositoryPath)
            .directory(empty).redirectErrorStream(true).start()
    def output = process.inputStream.getText('UTF-8')
    process.waitFor()
    empty.deleteDir()
    assert output.contains(':rollback (default-cli)') : output
    assert output.contains('to roll back') : output
} finally {
    it.end()
}
return true
