// Puts another medium into the CD drive; the document is printed anew.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	found := false
	for at, disk := range domain.Devices.Disks {
		if disk.Device == "cdrom" && !found {
			file := &libvirtxml.DomainDiskSourceFile{File: "/images/new.iso"}
			domain.Devices.Disks[at].Source = &libvirtxml.DomainDiskSource{File: file}
			found = true
		}
	}
	if !found {
		log.Fatal("there is no CD drive")
	}
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
