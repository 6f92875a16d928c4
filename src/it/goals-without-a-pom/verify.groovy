import groovy.io.FileType
import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert !new File(basedir, 'pom.xml').exists()
    def literal = []
    basedir.eachFileRecurse(FileType.ANY) { file -> if (file.name.contains('${')) literal << file }
    assert literal == []
    assert new File(basedir, 'target/rehearsal.json').isFile()
    assert new File(basedir, 'state').list().length == 1
    assert new File(basedir, 'backups').list().length == 1
    def expected = ['.mvn', 'build.log', 'changelogs', 'invoker.properties', 'opt', 'backups', 'state', 'target', 'test.properties',
                    'prebuild.groovy', 'verify.groovy']
    assert basedir.list().toList().findAll { name -> !expected.contains(name) && !name.startsWith('interpolated-') } == []
    ['Rolled back in', 'Rehearsal of the upgrade 5.25.7 -> 5.37.10', 'Installed: Mattermost 5.25.7'].each { text ->
        assert it.log().contains(text)
    }
    assert it.answeredVersion().contains('5.37.10')
} finally {
    it.end()
}
return true
