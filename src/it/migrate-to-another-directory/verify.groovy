import io.github.mmupgrade.it.ItInstallation

def source = ItInstallation.of(new File(basedir, 'source'))
def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.37.10')
    assert it.rows() == source.rowsBefore()
    assert it.text('data/of-the-source.txt').contains("source's")
    assert it.text('config/site.pem').contains("source's")
    assert it.server().setting('SqlSettings.DataSource').asText() == it.database().dataSource()
    assert it.server().setting('ServiceSettings.ListenAddress').asText() == '127.0.0.1:' + it.server().port()
    assert it.server().setting('TeamSettings.SiteName').asText() == 'Ärger & <Söhne>'
    assert source.answeredVersion() == null
    assert source.rows() == source.rowsBefore()
    assert source.config() == source.configBefore()
    def log = it.log()
    assert log.contains('Migrated to')
    assert log.contains('The source stays stopped')
    [it, source].each { side -> assert !log.contains(side.database().password()) }
    new File(basedir, 'state').eachFileRecurse { file ->
        if (file.isFile()) {
            [it, source].each { side -> assert !file.getText('UTF-8').contains(side.database().password()) : file }
        }
    }
} finally {
    it.end()
    source.end()
}
return true
