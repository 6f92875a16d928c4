import io.github.mmupgrade.it.ItInstallation

def there = new File(basedir, 'source')
there.mkdirs()
def source = ItInstallation.prepare(there, '5.37.10', [:])
source.server().file('data/of-the-source.txt', "a file of the source's\n")
source.server().file('config/site.pem', "a certificate of the source's\n")
source.database().execute("update posts set message = 'written at the source'")
source.remember()
def destination = ItInstallation.prepare(basedir, '5.37.10', [
    'mattermost.source': source.server().directory().toString(),
    'mattermost.source.service': 'process',
    'mattermost.migrate.keep': 'ServiceSettings.SiteURL,EmailSettings',
    'mattermost.migrate.leaveSourceStopped': 'true'])
destination.server().set('TeamSettings.SiteName', 'The destination')
return true
